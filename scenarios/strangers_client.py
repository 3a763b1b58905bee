"""A stranger's Python reads our streams off a real NATS server.

Usage: strangers_client.py FOVEA. Starts nats-server and `fovea camera`, saves a frame with the ten
lines of save_frame.py, opens it as a picture, and gives frame and status headers to the Python
`cloudevents` package.
"""

import asyncio
import datetime
import io
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import nats
from cloudevents.core.bindings.http import HTTPMessage, from_http
from cloudevents.core.formats.json import JSONFormat
from PIL import Image


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(url, server):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert server.poll() is None, "nats-server has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("nats-server does not open its port")


async def messages(url):
    bus = await nats.connect(url)
    frames = await bus.subscribe("fovea.plant.cam1.frame")
    states = await bus.subscribe("fovea.plant.cam1.status")
    frame = await frames.next_msg(timeout=30)
    state = await states.next_msg(timeout=30)
    await bus.close()
    return frame, state


def accept(message):
    """The message as the cloudevents package sees it; raises what it does not accept."""
    event = from_http(HTTPMessage(dict(message.headers), message.data), JSONFormat())
    assert event.get_specversion() == "1.0", event.get_attributes()
    assert event.get_source() == "/plant/cam1", event.get_attributes()
    return event


def check_frame(message):
    event = accept(message)
    attributes = event.get_attributes()
    width, height = Image.open(io.BytesIO(event.get_data())).size
    assert event.get_type() == "fovea.frame.v1", attributes
    assert event.get_datacontenttype() == "image/jpeg", attributes
    assert (attributes["width"], attributes["height"]) == (str(width), str(height)), attributes
    assert (width, height) == (320, 180), attributes
    assert attributes["codec"] == "jpeg" and attributes["keyframe"] == "true", attributes
    assert int(attributes["frameseq"]) > 0, attributes
    published = datetime.datetime.fromisoformat(attributes["published"].replace("Z", "+00:00"))
    assert published >= event.get_time(), attributes


def check_status(message):
    event = accept(message)
    assert event.get_type() == "fovea.status.v1", event.get_attributes()
    assert event.get_data()["device"] == "cam1", event.get_data()
    assert event.get_data()["state"] == "live", event.get_data()


def main(fovea):
    here = pathlib.Path(__file__).parent
    url = f"nats://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(["nats-server", "-a", "127.0.0.1", "-p", url.rsplit(":", 1)[1]],
                                  stderr=subprocess.DEVNULL)
        camera = subprocess.Popen([fovea, "camera", "--site", "plant", "--device", "cam1",
                                   "--source", "synthetic:1", "--size", "320x180", "--bus", url])
        try:
            wait_for_port(url, server)
            file = os.path.join(folder, "frame.jpg")
            subprocess.run([sys.executable, here / "save_frame.py", url, file], check=True,
                           timeout=60)
            assert Image.open(file).convert("RGB").size == (320, 180)
            frame, state = asyncio.run(messages(url))
            check_frame(frame)
            check_status(state)
        finally:
            camera.kill()
            server.kill()
            camera.wait()
            server.wait()
    print("a stranger can read our streams")


if __name__ == "__main__":
    main(sys.argv[1])
