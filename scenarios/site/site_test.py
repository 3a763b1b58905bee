#!/usr/bin/env python3
"""`fovea site` and `fovea camera` as processes over a real nats-server, watched from outside.

Usage: site_test.py FOVEA [unittest arguments]
"""
import asyncio
import datetime
import io
import json
import re
import struct
import time

import nats
import numpy as np
from PIL import Image

import world

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")


def now(ahead_s=0):
    time = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=ahead_s)
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


def frame_headers(device, sequence, **changes):
    headers = {"ce-specversion": "1.0", "ce-id": f"{device}-{sequence}",
               "ce-source": f"/plant/{device}", "ce-type": "fovea.frame.v1", "ce-time": now(),
               "ce-frameseq": str(sequence), "ce-width": "64", "ce-height": "48",
               "ce-codec": "jpeg", "ce-keyframe": "true", "content-type": "image/jpeg"}
    headers.update(changes)
    return {name: value for name, value in headers.items() if value is not None}


def jpeg(mode="RGB", **options):
    data = io.BytesIO()
    Image.new(mode, (64, 48), 128 if mode == "L" else (10, 120, 200, 0)[:len(mode)]).save(
        data, "JPEG", **options)
    return data.getvalue()


def bomb():
    """A JPEG whose header claims 65535 x 65535 pixels."""
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5:at + 9] = struct.pack(">HH", 65535, 65535)
    return bytes(data)


async def collect(bus, subject, seconds):
    """All messages of a subject within some seconds, as (headers, data)."""
    client = await nats.connect(bus)
    got = []
    async def keep(message):
        got.append((message.subject, dict(message.headers), message.data))
    await client.subscribe(subject, cb=keep)
    await asyncio.sleep(seconds)
    await client.close()
    return got


@world.needs_data
class Site(world.Case):
    def start_plant(self, *arguments):
        self.bus = self.start_nats()
        return self.start_site("--site", "plant", "--bus", self.bus, "--model", world.DEEPLAB,
                               *arguments)

    def check_result(self, device, result):
        self.assertLessEqual(
            {"site", "device", "frameseq", "captured", "model", "inferred", "width", "height",
             "classes", "boxes", "timings_ms"}, set(result))
        self.assertEqual((result["site"], result["device"]), ("plant", device))
        self.assertRegex(result["captured"], TIME)
        self.assertIs(result["inferred"], True)
        self.assertLessEqual({"name", "version"}, set(result["model"]))
        self.assertEqual(
            {"capture", "encode", "bus", "wait", "decode", "infer", "encode_mask"},
            set(result["timings_ms"]))
        self.assertTrue(all(value >= 0 for value in result["timings_ms"].values()), result)
        for found in result["classes"]:
            self.assertLessEqual({"index", "name", "share", "confidence"}, set(found))
        self.assertAlmostEqual(sum(c["share"] for c in result["classes"]), 1, places=2)

    def check_order(self, messages):
        """Each result after its mask, both with rising frame numbers."""
        newest = {}
        results = 0
        for subject, headers, data in messages:
            _, _, device, kind = subject.split(".")
            self.assertEqual(headers["ce-producer"], "site")
            sequence = int(headers["ce-frameseq"])
            if kind == "result":
                result = json.loads(data)
                self.check_result(device, result)
                self.assertEqual(result["frameseq"], sequence)
                self.assertEqual(result["captured"], headers["ce-time"])
                self.assertGreater(sequence, newest.get((device, kind), 0))
                if (device, "mask") in newest:
                    self.assertEqual(sequence, newest[device, "mask"])
                results += 1
            newest[device, kind] = sequence
        return results

    def test_two_cameras_give_results_in_order(self):
        site = self.start_plant()
        self.start_camera(self.bus, "bottles", "file:" + world.VIDEOS[0], "--fps", 5)
        self.start_camera(self.bus, "cars", "file:" + world.VIDEOS[1], "--fps", 5)
        for name in ("bottles", "cars"):
            device = self.wait_device(name, lambda d: d["result_fps"], limit=90)
            self.assertEqual((device["state"], device["error"]), ("live", None))
        messages = asyncio.run(collect(self.bus, "fovea.plant.*.*", 6))
        ours = [m for m in messages if m[0].split(".")[3] in ("mask", "result")]
        self.assertGreater(self.check_order(ours), 10)
        mask = next(m for m in ours if m[0].endswith("bottles.mask"))
        picture = np.asarray(Image.open(io.BytesIO(mask[2])))
        self.assertEqual(picture.dtype, np.uint8)
        self.assertEqual(picture.shape, (513, 513))
        self.assertEqual([float(mask[1]["ce-area" + side]) for side in
                          ("x", "y", "width", "height")], [0, 0, 640, 360])
        result = self.get("/api/v1/devices/cars/result")
        self.check_result("cars", result)
        self.ends_within(site, 3)

    def test_hostile_frames_stop_nobody(self):
        self.start_plant()
        self.start_camera(self.bus, "good", "synthetic:1", "--size", "320x180", "--fps", 5)
        self.wait_device("good", lambda d: d["result_fps"], limit=90)
        whole = jpeg()
        bad = [b"", b"x", whole[:len(whole) // 2], whole[:-20], bomb(), jpeg("CMYK"),
               b"\x89PNG\r\n\x1a\n" + b"x" * 50, whole[:20] + b"\xff" * 2000]
        headers = [{}, {"ce-time": "yesterday"}, {"ce-frameseq": "-1"}, {"ce-width": "0"},
                   {"ce-width": "999999999999999999999"}, {"ce-codec": "h264"},
                   {"ce-codec": "av1"}, {"ce-specversion": "0.3"}, {"ce-source": "/plant/other"},
                   {"ce-type": "fovea.result.v1"}, {"ce-frameseq": None}]
        async def attack():
            client = await nats.connect(self.bus)
            sequence = 0
            for _ in range(5):
                for data in bad:
                    sequence += 1
                    await client.publish("fovea.plant.evil.frame", data,
                                         headers=frame_headers("evil", sequence))
                    await client.flush()
                    await asyncio.sleep(0.02)
                for changes in headers[1:]:
                    sequence += 1
                    await client.publish("fovea.plant.evil.frame", whole,
                                         headers=frame_headers("evil", sequence, **changes))
                await client.publish("fovea.plant.evil.result", b'{"classes": [[[', headers={})
                await client.publish("fovea.plant.a b.frame".replace(" ", "%"), whole)
                await client.flush()
            await client.close()
        asyncio.run(attack())
        evil = self.wait_device("evil", lambda d: d["error"] and "bad picture" in d["error"])
        self.assertNotEqual(evil["error"], None)
        before = self.get("/api/v1/devices/good/result")["frameseq"]
        self.wait_device("good", lambda d: d["state"] == "live")
        world.wait_for("more results", lambda: self.get(
            "/api/v1/devices/good/result")["frameseq"] > before + 5)
        rejected = {(c["labels"]["kind"], c["labels"]["reason"]): c["value"]
                    for c in self.get("/api/v1/system")["counters"]
                    if c["name"] == "fovea_rejected_total"}
        self.assertGreater(sum(value for (kind, _), value in rejected.items() if kind == "frame"),
                           20, rejected)

    def test_clocks_that_differ_are_told(self):
        self.start_plant()
        async def film(ahead_s, seconds):
            client = await nats.connect(self.bus)
            for _ in range(seconds * 5):
                self.frames += 1
                time = now(ahead_s)
                await client.publish("fovea.plant.lost.frame", jpeg(), headers=frame_headers(
                    "lost", self.frames, **{"ce-time": time, "ce-published": time}))
                await client.flush()
                await asyncio.sleep(0.2)
            await client.close()
        self.frames = 0
        for ahead_s, words in ((3600, "60 min ahead of"), (-7300, "2 h behind")):
            asyncio.run(film(ahead_s, 5))
            device = self.device("lost")
            self.assertIn("clocks differ: the camera's clock is " + words, device["detail"])
            self.assertAlmostEqual(device["clock_gap_s"], ahead_s, delta=5)
            self.assertLess(device["last_frame_age_ms"], 5000, "since it came")
            self.assertIsNone(device["last_result_age_ms"])
            result = self.get("/api/v1/devices/lost/result")
            self.assertLess(max(result["timings_ms"].values()), 20_000, result)
        asyncio.run(film(0, 4))
        self.assertIsNone(self.device("lost")["clock_gap_s"])

    def test_two_cameras_with_one_name_are_noticed(self):
        self.start_plant()
        for seed in (1, 2):
            self.start_camera(self.bus, "twin", f"synthetic:{seed}", "--size", "160x90")
        device = self.wait_device("twin", lambda d: "two cameras" in d["detail"])
        self.assertEqual(device["state"], "live")

    def test_a_device_gets_another_model_while_it_runs(self):
        self.start_plant("--state", self.folder / "s")
        self.start_camera(self.bus, "yard", "file:" + world.VIDEOS[1], "--fps", 5)
        self.wait_device("yard", lambda d: d["result_fps"], limit=90)
        first = self.device("yard")["model"]
        for unknown in ("no-such-model", world.DATA + "/models/yolox_nano.onnx"):  # nor any path
            self.assertEqual(self.patch("/api/v1/devices/yard", {"model": unknown})[0], 400)
        self.assertEqual(self.patch("/api/v1/devices/yard", {"model": "yolox-nano"})[0], 202)
        self.wait_device("yard", lambda d: d["model"] and d["model"] != first, limit=90)
        world.wait_for("boxes of cars", lambda: any(
            box["label"] == "car" for box in self.get("/api/v1/devices/yard/result")["boxes"]))
        self.patch("/api/v1/devices/yard", {"model": None})
        self.wait_device("yard", lambda d: d["model"] == first and not d["error"])


if __name__ == "__main__":
    world.main()
