#!/usr/bin/env python3
"""A plant under random faults: nothing may grow, nothing may stay broken.

Usage: soak_test.py FOVEA [--minutes M] [--seed N] [unittest arguments]

Rounds of faults (cameras, broker and viewers that die, hang, come back or talk nonsense), drawn from
the seed; between two rounds everything is well again, and memory, descriptors and threads of the
site and of a camera that nobody kills are measured. The same seed draws the same faults.
"""
import asyncio
import contextlib
import os
import random
import signal
import socket
import statistics
import sys
import threading
import time

import aiohttp

import plant
import world

ROUND_S = 10
MEMORY_GROWTH_MIB_MAX = 24  # over the whole run, however long it is


class Viewers(threading.Thread):
    """Pages that watch: each acknowledges its frames, reads nothing, or watches by MJPEG."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url, self.tasks = url, []
        self.loop = asyncio.new_event_loop()
        self.start()

    def run(self):
        self.loop.run_forever()

    def call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def come(self, count, kind):
        async def begin():
            self.tasks += [asyncio.create_task(self.watch(kind)) for _ in range(count)]
        self.call(begin())

    def go(self):
        async def end():
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            self.tasks.clear()
        self.call(end())

    async def watch(self, kind):
        async with aiohttp.ClientSession() as session:
            if kind == "mjpeg":
                async with session.get(self.url + "/devices/steady/video.mjpg") as answer:
                    async for _ in answer.content.iter_any():
                        pass
            async with session.ws_connect(self.url + "/api/v1/live") as live:
                await live.send_json({"type": "subscribe", "events": True, "system": True,
                                      "devices": {name: {"frames": True, "masks": True}
                                                  for name in ("steady", "cam1", "cam2")}})
                while kind == "lazy":
                    await asyncio.sleep(1)
                async for message in live:
                    if message.type == aiohttp.WSMsgType.BINARY and b'"frame"' in message.data[:40]:
                        header = message.data[4:message.data.index(b"}") + 1]
                        await live.send_json(self.acknowledgement(header))

    @staticmethod
    def acknowledgement(header):
        frame = world.json.loads(header)
        return {"type": "ack", "device": frame["device"], "sequence": frame["sequence"]}


class Soak(plant.Plant):
    minutes, seed = 1.0, 1

    def setUp(self):
        super().setUp()
        self.random = random.Random(self.seed)
        self.cameras = {}
        self.samples = {"site": [], "camera": []}

    def start_everything(self):
        model = ["--model", world.DEEPLAB] if world.DATA else []
        self.config = self.folder / "site.yaml"
        self.config.write_text("fps_max: 2\n")
        self.process = self.start_plant("--config", self.config, "--state", self.folder / "kept",
                                        *model)
        self.steady = self.add_camera("steady", "synthetic:1", *plant.SMALL)
        self.sources = {
            "cam1": ("synthetic:2", "--size", "160x90", "--fps", "10"),
            "cam2": (plant.ffmpeg_command("testsrc=size=160x90:rate=5", "-f", "mjpeg", before=(
                "-f", "lavfi"), loop=False), ),
        }
        for name in self.sources:
            self.start_camera_again(name)
        self.viewers = Viewers(self.site)
        self.addCleanup(self.viewers.loop.call_soon_threadsafe, self.viewers.loop.stop)
        self.wait_until_well()

    def start_camera_again(self, name):
        old = self.cameras.get(name)
        if old:
            old.kill()
            old.wait()
        self.cameras[name] = self.add_camera(name, *self.sources[name])

    # What can go wrong. Each leaves nothing behind that make_well() does not mend.

    def kill_camera(self):
        self.cameras[self.random.choice(list(self.cameras))].kill()

    def end_camera(self):
        self.cameras[self.random.choice(list(self.cameras))].send_signal(signal.SIGTERM)

    def freeze_camera(self):
        self.cameras[self.random.choice(list(self.cameras))].send_signal(signal.SIGSTOP)

    def double_camera(self):
        """A second one with the same name, for a while."""
        name = self.random.choice(list(self.cameras))
        twin = self.add_camera(name, *self.sources[name])
        self.pause(1, 3)
        twin.kill()

    def kill_broker(self):
        self.broker.kill()
        self.pause(0.1, 4)
        self.broker.start()

    def freeze_broker(self):
        self.broker.process.send_signal(signal.SIGSTOP)
        self.pause(0.1, 6)
        self.broker.process.send_signal(signal.SIGCONT)

    def viewers_come(self):
        self.viewers.come(self.random.randint(1, 10), self.random.choice(["good", "lazy", "mjpeg"]))

    def viewers_go(self):
        self.viewers.go()

    def talk_nonsense(self):
        port = int(self.site.rsplit(":", 1)[1])
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(self.random.randbytes(self.random.randint(1, 4000)))

    def send_bad_frames(self):
        device = self.random.choice(["cam1", "cam2", "steady"])
        bad = [self.random.randbytes(self.random.randint(0, 3000)) for _ in range(20)]
        self.publish_raw(f"fovea.plant.{device}.frame", bad)

    def change_settings(self):
        self.patch("/api/v1/devices/steady", {"fps_max": self.random.choice([None, 1, 2])})

    def reload(self):
        self.config.write_text(f"fps_max: {self.random.randint(1, 3)}\n")
        self.process.send_signal(signal.SIGHUP)

    FAULTS = (kill_camera, end_camera, freeze_camera, double_camera, kill_broker, freeze_broker,
              viewers_come, viewers_come, viewers_go, talk_nonsense, send_bad_frames,
              change_settings, reload)

    def pause(self, least, most):
        time.sleep(self.random.uniform(least, most))  # a fault lasts

    def make_well(self):
        self.viewers.go()
        for name, camera in self.cameras.items():
            camera.send_signal(signal.SIGCONT)
            if camera.poll() is not None:
                self.start_camera_again(name)
        self.wait_until_well()

    def wait_until_well(self):
        for name in ("steady", *self.cameras):
            if self.cameras.get(name) and self.cameras[name].poll() is not None:
                self.start_camera_again(name)  # the signal that was to end it came late
            self.wait_live(name)
            self.wait_fresh_frames(name)
            if world.DATA:
                self.wait_results(name)
        world.wait_for("an empty hall", lambda: not self.get("/api/v1/system")["viewers"])

    def measure(self):
        self.assertIsNone(self.process.poll(), "the site has ended")
        self.assertIsNone(self.steady.poll(), "the steady camera has ended")
        for name, process in (("site", self.process), ("camera", self.steady)):
            # A connection that has just been closed may still be on its way out.
            threads, descriptors = min((len(os.listdir(world.proc(process.pid) / "task")),
                                        len(os.listdir(world.proc(process.pid) / "fd")))
                                       for _ in self.moments())
            self.samples[name].append((plant.resident_mib(process), threads, descriptors))
            print(f"  {name}: {self.samples[name][-1][0]:.1f} MiB, {threads} threads, "
                  f"{descriptors} descriptors", flush=True)

    @staticmethod
    def moments():
        for moment in range(10):
            yield moment
            time.sleep(0.05)  # the time between two looks

    def test_nothing_grows(self):
        print(f"seed {self.seed}, {self.minutes:g} min", flush=True)
        self.start_everything()
        end = time.monotonic() + 60 * self.minutes
        rounds = 0
        while time.monotonic() < end or rounds < 3:
            rounds += 1
            round_end = time.monotonic() + ROUND_S
            while time.monotonic() < round_end:
                fault = self.random.choice(self.FAULTS)
                print(f"round {rounds}: {fault.__name__}", flush=True)
                fault(self)
                self.pause(0, 1)
            self.make_well()
            self.measure()
        for name, samples in self.samples.items():
            self.check(name, samples)
        for process in (*self.cameras.values(), self.steady, self.process):
            self.ends_within(process, plant.END_S)

    def check(self, name, samples):
        third = max(1, len(samples) // 3)
        first, last = samples[:third], samples[-third:]
        def of(part, index):
            return statistics.median(sample[index] for sample in part)
        self.assertLess(of(last, 0), of(first, 0) + MEMORY_GROWTH_MIB_MAX, f"memory of the {name}")
        self.assertLessEqual(of(last, 1), of(first, 1) + 1, f"threads of the {name}")
        self.assertLessEqual(of(last, 2), of(first, 2) + 2, f"descriptors of the {name}")


def take(name, default):
    """An option of ours from the command line, which unittest would not know."""
    if name not in sys.argv:
        return default
    at = sys.argv.index(name)
    value = sys.argv[at + 1]
    del sys.argv[at:at + 2]
    return type(default)(value)


if __name__ == "__main__":
    Soak.minutes = take("--minutes", 1.0)
    Soak.seed = take("--seed", 1)
    world.main()
