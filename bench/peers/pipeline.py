#!/usr/bin/env python3
"""The peer of `fovea bench pipeline --against python`: the same job as a competent user would write
and tune it with OpenCV, nats-py, OpenVINO and aiohttp. Two programs:

  pipeline.py cameras --bus URL --pictures FOLDER [--count N] [--fps F]
  pipeline.py site --bus URL --model FILE --size WxH [--threads N] [--precision P] [--cache FOLDER]

Cameras publish JPEG files as they are, evenly apart in time. The site keeps the newest frame of each
camera, infers in one thread with the preprocessing compiled into the graph, publishes mask (PNG) and
result (JSON), and serves the newest of both with the picture over HTTP. Subjects, headers and
payloads are Fovea's (ARCHITECTURE.md, "Contracts"), so that one subscriber times both.

Tuned: the engine and OpenCV release Python's lock; tensors are shared, not copied; the graph is
compiled for the cameras' picture size, for latency, with a cache; PNG with the fastest settings; no
task per message; nothing is decoded twice; the garbage collector is frozen after the start.

Each prints `{"frames", "cpu_s", "engine_s", "codec_s"}` four times a second, all since its start:
`engine_s` is the CPU of the calls of the engine and of all threads that are not Python's own.
"""

import argparse
import asyncio
import gc
import json
import re
import sys
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

try:
    import cv2
    import nats
    import numpy as np
    import openvino as ov
    from aiohttp import web
    from openvino import properties
    from openvino.properties import hint
except ImportError as missing:
    sys.exit(f"the Python peer needs {missing.name}: run './dev setup', which installs "
             "requirements.txt and requirements-test.txt into .venv")

SITE = "peer"
PNG_FASTEST = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE,
               cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]  # a fifth of the default's time


def rfc3339(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="microseconds")[:-6] + "Z"


def seconds_of(text):
    return datetime.fromisoformat(text).timestamp()


def headers(device, kind, sequence, captured, content_type, **more):
    return {
        "ce-specversion": "1.0",
        "ce-id": f"{sequence}-{captured}",
        "ce-source": f"/{SITE}/{device}",
        "ce-type": f"fovea.{kind}.v1",
        "ce-time": captured,
        "ce-frameseq": str(sequence),
        "content-type": content_type,
        **more,
    }


async def report(numbers):
    while True:
        print(json.dumps(numbers()), flush=True)
        await asyncio.sleep(0.25)


# --- cameras -----------------------------------------------------------------------------------


class Camera:
    def __init__(self, connection, device, pictures, fps):
        self.connection = connection
        self.device = device
        self.pictures = pictures
        self.period = 1 / fps
        self.frames = 0

    async def run(self, delay):
        loop = asyncio.get_running_loop()
        due = loop.time() + delay
        while True:
            await asyncio.sleep(max(0, due - loop.time()))
            due = max(due + self.period, loop.time() - self.period)
            await self.publish(self.pictures[self.frames % len(self.pictures)])

    async def publish(self, path):
        captured = rfc3339(time.time())
        data = path.read_bytes()
        self.frames += 1
        await self.connection.publish(
            f"fovea.{SITE}.{self.device}.frame", data,
            headers=headers(self.device, "frame", self.frames, captured, "image/jpeg",
                            **{"ce-published": rfc3339(time.time())}))


async def run_cameras(options):
    pictures = sorted(Path(options.pictures).glob("*.jp*g"))
    connection = await nats.connect(options.bus)
    cameras = [Camera(connection, f"cam{i + 1}", pictures, options.fps) for i in range(options.count)]
    gc.freeze()
    numbers = lambda: {"frames": sum(camera.frames for camera in cameras),
                       "cpu_s": time.process_time(), "engine_s": 0, "codec_s": 0}
    await asyncio.gather(report(numbers), *(camera.run(i * camera.period / options.count)
                                            for i, camera in enumerate(cameras)))


# --- site --------------------------------------------------------------------------------------


class Newest:
    """The newest frame of each camera, taken in turns; an older one that waits is replaced."""

    def __init__(self):
        self.waiting = {}
        self.condition = threading.Condition()

    def put(self, device, message):
        with self.condition:
            self.waiting[device] = message, time.time()
            self.condition.notify()

    def take(self):
        with self.condition:
            while not self.waiting:
                self.condition.wait()
            device = next(iter(self.waiting))
            return device, *self.waiting.pop(device)


def load_model(options):
    """The network with resize, colour and layout in its graph; a class map of bytes comes out."""
    core = ov.Core()
    if options.cache:
        core.set_property({properties.cache_dir: options.cache})
    model = core.read_model(options.model)
    width, height = map(int, options.size.split("x"))
    steps = ov.preprocess.PrePostProcessor(model)
    tensor = steps.input().tensor()
    tensor.set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    tensor.set_color_format(ov.preprocess.ColorFormat.BGR).set_shape([1, height, width, 3])
    steps.input().preprocess().resize(ov.preprocess.ResizeAlgorithm.RESIZE_LINEAR)
    steps.input().preprocess().convert_color(ov.preprocess.ColorFormat.RGB)
    steps.input().model().set_layout(ov.Layout("NHWC"))
    steps.output().tensor().set_element_type(ov.Type.u8)
    config = {hint.performance_mode: hint.PerformanceMode.LATENCY, properties.num_streams: 1,
              hint.enable_cpu_pinning: False}
    if options.threads:
        config[properties.inference_num_threads] = options.threads
    if options.precision:
        config[hint.inference_precision] = {"f32": ov.Type.f32, "bf16": ov.Type.bf16,
                                            "f16": ov.Type.f16}[options.precision]
    return core.compile_model(steps.build(), "CPU", config)


class Site:
    def __init__(self, options, model, loop):
        self.loop = loop
        self.newest = Newest()
        self.request = model.create_infer_request()
        self.name = Path(options.model).stem
        self.shown = {}  # device -> (JPEG, PNG), for HTTP
        self.outbox = asyncio.Queue()
        self.frames = 0
        self.call_s = 0.0
        self.codec_s = 0.0

    def infer(self):
        while True:
            device, message, received = self.newest.take()
            began = time.time()
            cpu = time.thread_time()
            picture = cv2.imdecode(np.frombuffer(message.data, np.uint8), cv2.IMREAD_COLOR)
            cpu_decoded, decoded = time.thread_time(), time.time()
            output = self.request.infer({0: picture[None]}, share_inputs=True, share_outputs=True)
            cpu_inferred, inferred = time.thread_time(), time.time()
            class_map = np.squeeze(output[0])
            cpu_ready = time.thread_time()
            png = cv2.imencode(".png", class_map, PNG_FASTEST)[1].tobytes()
            cpu_done, done = time.thread_time(), time.time()
            self.call_s += cpu_inferred - cpu_decoded
            self.codec_s += cpu_decoded - cpu + cpu_done - cpu_ready
            captured = seconds_of(message.headers["ce-time"])
            published = seconds_of(message.headers["ce-published"])
            times = {"capture": published - captured, "encode": 0, "bus": received - published,
                     "wait": began - received, "decode": decoded - began,
                     "infer": inferred - decoded, "encode_mask": done - inferred}
            self.finish(device, message, picture.shape, class_map, png, times)

    def finish(self, device, message, shape, class_map, png, times):
        sequence, captured = message.headers["ce-frameseq"], message.headers["ce-time"]
        height, width = shape[:2]
        shares = np.bincount(class_map.ravel())
        result = {
            "site": SITE, "device": device, "frameseq": int(sequence), "captured": captured,
            "model": {"name": self.name, "version": "1"}, "inferred": True,
            "width": width, "height": height,
            "classes": [{"index": int(i), "name": str(i), "share": shares[i] / class_map.size,
                         "confidence": None} for i in np.flatnonzero(shares)],
            "boxes": [], "timings_ms": {name: 1000 * each for name, each in times.items()},
        }
        area = {"ce-width": str(width), "ce-height": str(height), "ce-areax": "0", "ce-areay": "0",
                "ce-areawidth": str(width), "ce-areaheight": str(height)}
        self.shown[device] = message.data, png
        self.frames += 1
        self.loop.call_soon_threadsafe(self.outbox.put_nowait, [
            (device, "mask", png, headers(device, "mask", sequence, captured, "image/png", **area)),
            (device, "result", json.dumps(result).encode(),
             headers(device, "result", sequence, captured, "application/json"))])

    async def publish(self, connection):
        while True:
            for device, kind, payload, attributes in await self.outbox.get():
                await connection.publish(f"fovea.{SITE}.{device}.{kind}", payload, headers=attributes)

    async def on_frame(self, message):
        self.newest.put(message.subject.split(".")[2], message)

    async def show(self, request):
        shown = self.shown.get(request.match_info["device"])
        if not shown:
            raise web.HTTPNotFound
        jpeg = request.path.endswith(".jpg")
        return web.Response(body=shown[0 if jpeg else 1],
                            content_type="image/jpeg" if jpeg else "image/png")

    async def serve(self):
        app = web.Application()
        app.router.add_get("/devices/{device}/frame.jpg", self.show)
        app.router.add_get("/devices/{device}/mask.png", self.show)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()

    def numbers(self):
        """The engine's threads are those that Python did not start."""
        ours = {str(thread.native_id) for thread in threading.enumerate()}
        nanoseconds = 0
        for task in Path("/proc/self/task").iterdir():
            # In some containers /proc numbers threads as an outer namespace does.
            number = re.search(r"^NSpid:.*?(\d+)$", (task / "status").read_text(), re.MULTILINE)[1]
            if number not in ours:
                nanoseconds += int((task / "schedstat").read_text().split()[0])
        return {"frames": self.frames, "cpu_s": time.process_time(),
                "engine_s": self.call_s + nanoseconds / 1e9, "codec_s": self.codec_s}


async def run_site(options):
    cv2.setNumThreads(1)  # decoding and encoding use one thread; the engine has the others
    site = Site(options, load_model(options), asyncio.get_running_loop())
    connection = await nats.connect(options.bus)
    await site.serve()
    threading.Thread(target=site.infer, daemon=True).start()
    await connection.subscribe(f"fovea.{SITE}.*.frame", cb=site.on_frame)
    gc.freeze()
    await asyncio.gather(report(site.numbers), site.publish(connection))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cameras", "site"])
    parser.add_argument("--bus", required=True)
    parser.add_argument("--pictures", help="folder of JPEG files")
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--fps", type=float, default=15)
    parser.add_argument("--model", help="a segmentation network whose output is a class map")
    parser.add_argument("--size", help="of the cameras' pictures: 640x360")
    parser.add_argument("--threads", type=int, default=0, help="of the engine; 0: all cores")
    parser.add_argument("--precision", help="f32, bf16 or f16; else what the engine prefers")
    parser.add_argument("--cache", help="folder for the compiled graph")
    options = parser.parse_args()
    asyncio.run(run_cameras(options) if options.what == "cameras" else run_site(options))


if __name__ == "__main__":
    main()
