"""A plant for scenarios: a site over a real nats-server, cameras of every kind, a stranger's ears.

`Plant` is a test case: start_plant() first, then cameras; everything ends with the test.
"""
import asyncio
import io
import re
import shlex
import signal
import socket
import subprocess
import urllib.request

import nats
import numpy as np
from PIL import Image

import world

# The promise is 2 s; the rest is for a machine that runs other tests beside this one.
END_S = 2.5
SMALL = ("--size", "160x90", "--fps", "5")


def has_gstreamer():
    """Whether this machine can run src/testing/rtsp_server.py (by Debian's own Python)."""
    probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    return subprocess.run(["/usr/bin/python3", "-c", probe], capture_output=True).returncode == 0


def ffmpeg_command(video, *output, loop=True, before=()):
    """`exec:` SPEC of a camera program: ffmpeg that plays a video in real time to its output."""
    again = ["-stream_loop", "-1"] if loop else []
    command = ["ffmpeg", "-nostdin", "-v", "error", "-re", *again, *before, "-i", video, "-an",
               *output, "-"]
    return "exec:" + shlex.join(command)


def wait_port(port):
    def is_open():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0
    world.wait_for(f"port {port}", is_open)


def resident_mib(process):
    status = (world.proc(process.pid) / "status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def picture_of(data):
    return np.asarray(Image.open(io.BytesIO(data)))


class Server:
    """A program on a port, that can be killed and started again on the same port."""

    def __init__(self, case, port, command):
        self.port, self.command, self.process = port, command, None
        case.addCleanup(self.kill)

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_port(self.port)
        return self

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()


class Plant(world.Case):
    def without_models(self):
        """For what measures memory: no model at hand is loaded meanwhile."""
        self.environment.pop("FOVEA_DATA", None)
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "no-models")

    def make_broker(self):
        """A nats-server that is not started yet; its address is self.bus."""
        port = world.free_port()
        self.bus = f"nats://127.0.0.1:{port}"
        self.broker = Server(self, port, ["nats-server", "-a", "127.0.0.1", "-p", str(port)])
        return self.broker

    def start_plant(self, *arguments):
        self.make_broker().start()
        return self.start_site("--site", "plant", "--bus", self.bus, *arguments)

    def start_rtsp(self, video, user="", password=""):
        port = world.free_port()
        script = str(world.ROOT / "src" / "testing" / "rtsp_server.py")
        self.rtsp_url = f"rtsp://127.0.0.1:{port}/video"
        return Server(self, port, ["/usr/bin/python3", script, str(port), video, user,
                                   password]).start()

    def add_camera(self, device, source, *arguments):
        return self.start_camera(self.bus, device, source, *arguments)

    def wait_live(self, name, limit=60):
        return self.wait_device(name, lambda d: d["state"] == "live", limit)

    def wait_results(self, name, limit=90):
        return self.wait_device(name, lambda d: d["result_fps"] and not d["error"], limit)

    def wait_fresh_frames(self, name, count=3, limit=60):
        """Until so many more frames have come in."""
        before = self.device(name)["frames"]
        return self.wait_device(name, lambda d: d["frames"] >= before + count, limit)

    def camera_counter(self, name, counter):
        return self.get("/api/v1/devices/" + name)["counters"].get(counter, 0)

    def fetch(self, path):
        with urllib.request.urlopen(self.site + path, timeout=20) as answer:
            return answer.headers, answer.read()

    def publish_raw(self, subject, payloads):
        """Messages without a header, as a stranger might send them."""
        async def run():
            client = await nats.connect(self.bus)
            for payload in payloads:
                await client.publish(subject, payload)
            await client.close()
        asyncio.run(run())

    def listen(self, subject, enough, limit=60):
        """Messages of a subject as (subject, headers, data), by nats-py, until enough(messages)."""
        async def run():
            client = await nats.connect(self.bus)
            got = []
            async def keep(message):
                got.append((message.subject, dict(message.headers or {}), message.data))
            await client.subscribe(subject, cb=keep)
            end = asyncio.get_running_loop().time() + limit
            while not enough(got):
                if asyncio.get_running_loop().time() > end:
                    raise AssertionError(f"{subject}: only {len(got)} messages in {limit} s")
                await asyncio.sleep(0.05)
            await client.close()
            return got
        return asyncio.run(run())
