#!/usr/bin/env python3
"""The broker dies under a plant that runs, and returns.

Usage: broker_test.py FOVEA [unittest arguments]
"""
import asyncio
import datetime
import threading
import time

import nats

import plant
import world

OUTAGE_S = 20
BACK_WITHIN_S = 3
NAMES = ("cam1", "cam2", "cam3")


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Listener(threading.Thread):
    """A stranger that stays through the outage and notes (device, captured) of every frame."""

    def __init__(self, bus):
        super().__init__()
        self.bus, self.frames, self.wanted = bus, [], True
        self.ready = threading.Event()

    def run(self):
        asyncio.run(self.listen())

    async def quiet(self, _):
        pass  # the outage is expected

    async def listen(self):
        client = await nats.connect(self.bus, reconnect_time_wait=0.05, max_reconnect_attempts=-1,
                                    error_cb=self.quiet)
        async def keep(message):
            self.frames.append((message.subject.split(".")[2], time_of(message.headers["ce-time"])))
        await client.subscribe("fovea.plant.*.frame", cb=keep)
        await client.flush()
        self.ready.set()
        while self.wanted:
            await asyncio.sleep(0.05)
        await client.close()


class Broker(plant.Plant):
    def start_all(self):
        self.without_models()
        site = self.start_plant()
        processes = [site] + [self.add_camera(name, f"synthetic:{seed}", "--size", "320x180", "--fps",
                                              10) for seed, name in enumerate(NAMES)]
        for name in NAMES:
            self.wait_live(name)
            self.wait_fresh_frames(name, 10)
        listener = Listener(self.bus)
        listener.start()
        self.addCleanup(listener.join)
        self.addCleanup(setattr, listener, "wanted", False)
        self.assertTrue(listener.ready.wait(20))
        return processes, listener

    def all_are_back(self):
        devices = {d["id"]: d for d in self.get("/api/v1/devices")["devices"]}
        return (self.get("/api/v1/site")["bus"]["state"] == "connected" and
                all(devices[name]["state"] == "live" and devices[name]["last_frame_age_ms"] < 1000
                    for name in NAMES))

    def test_twenty_seconds_without_a_broker(self):
        processes, listener = self.start_all()
        before = [plant.resident_mib(process) for process in processes]
        lost = {name: self.camera_counter(name, "frames_lost") for name in NAMES}
        self.broker.kill()
        died = time.monotonic()
        world.wait_for("word about the bus", lambda:
                       self.get("/api/v1/site")["bus"]["state"] == "reconnecting")
        for name in NAMES:
            self.wait_device(name, lambda d: d["state"] in ("stale", "away"))
        time.sleep(max(0, OUTAGE_S - (time.monotonic() - died)))  # the outage is the test
        during = [plant.resident_mib(process) for process in processes]
        returned = utc_now()
        self.broker.start()
        began = time.monotonic()
        world.wait_for("everybody's return", self.all_are_back)
        self.assertLess(time.monotonic() - began, BACK_WITHIN_S)

        for name in NAMES:
            self.wait_fresh_frames(name, 10)
            missed = self.camera_counter(name, "frames_lost") - lost[name]
            self.assertGreater(missed, OUTAGE_S * 10 * 0.8, "the gap is counted")
            seen = [captured for device, captured in listener.frames
                    if device == name and captured > returned - datetime.timedelta(seconds=OUTAGE_S - 2)]
            self.assertTrue(seen)
            # One picture may have been taken just before the server answered.
            self.assertGreater(min(seen), returned - datetime.timedelta(milliseconds=300))
        after = [plant.resident_mib(process) for process in processes]
        for sizes in zip(before, during, after):
            self.assertLess(max(sizes[1:]), sizes[0] + 12, "memory is flat")
        events = [e["text"] for e in self.get("/api/v1/events?after=0")["events"]
                  if e["kind"] == "bus"]
        self.assertTrue(any("trying again" in text for text in events), events)
        self.assertIn("connected again", events[-1])

    def test_a_broker_that_hangs_holds_nobody(self):
        processes, _ = self.start_all()
        self.broker.process.send_signal(plant.signal.SIGSTOP)
        self.addCleanup(self.broker.process.send_signal, plant.signal.SIGCONT)
        world.wait_for("word about the bus", lambda:
                       self.get("/api/v1/site")["bus"]["state"] == "reconnecting")
        self.broker.process.send_signal(plant.signal.SIGCONT)
        world.wait_for("everybody's return", self.all_are_back)
        self.broker.process.send_signal(plant.signal.SIGSTOP)
        for process in reversed(processes):  # none waits for an answer that does not come
            self.ends_within(process, plant.END_S)


if __name__ == "__main__":
    world.main()
