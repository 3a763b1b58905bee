#!/usr/bin/env python3
"""Cameras of every kind as processes beside a site, over a real nats-server, with a real model.

What they see is looked at from outside: by the site's HTTP API and by nats-py.
Usage: cameras_test.py FOVEA [unittest arguments]
"""
import json
import subprocess
import unittest

import numpy as np

import plant
import world

BOTTLES, CARS = world.VIDEOS
BOTTLE, CAR = 5, 7  # classes of Pascal VOC


@world.needs_data
class Cameras(plant.Plant):
    def start_model_plant(self, *arguments):
        return self.start_plant("--model", world.DEEPLAB, *arguments)

    def wait_seen(self, device, name):
        """Until the class covers at least a hundredth of the picture; the result."""
        def seen():
            result = self.get(f"/api/v1/devices/{device}/result")
            return any(c["name"] == name and c["share"] > 0.01 for c in result["classes"]) and result
        self.wait_results(device)
        return world.wait_for(f"a {name} at {device}", seen)

    def check_mask(self, device, cls):
        """The mask on the bus and the one over HTTP are class maps with the class in them."""
        def enough(messages):
            return any((plant.picture_of(data) == cls).mean() > 0.01 for _, _, data in messages)
        _, headers, data = self.listen(f"fovea.plant.{device}.mask", enough)[-1]
        self.assertEqual(headers["ce-producer"], "site")
        on_bus = plant.picture_of(data)
        self.assertEqual((on_bus.dtype, on_bus.ndim), (np.uint8, 2))
        def over_http():
            found, png = self.fetch(f"/devices/{device}/mask.png")
            self.assertEqual(found["content-type"], "image/png")
            return plant.picture_of(png)
        self.assertEqual(over_http().shape, on_bus.shape)
        world.wait_for(f"class {cls} in mask.png", lambda: (over_http() == cls).mean() > 0.01)

    def frames_folder(self, video, count):
        """Pictures of a video, half a second apart, from a second after its start."""
        folder = self.folder / "pictures"
        folder.mkdir()
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-ss", "1", "-i", video, "-vf", "fps=2",
                        "-q:v", "3", "-frames:v", str(count), folder / "%03d.jpg"], check=True)
        return folder

    def test_a_video_and_a_folder(self):
        self.start_model_plant()
        self.add_camera("cars", "file:" + CARS, "--fps", 5)
        pictures = self.frames_folder(BOTTLES, 20)
        self.add_camera("bottles", f"folder:{pictures}", "--fps", 5)
        self.assertEqual(self.wait_seen("cars", "car")["width"], 768)
        self.assertEqual(self.wait_seen("bottles", "bottle")["width"], 640)
        self.check_mask("bottles", BOTTLE)
        self.check_mask("cars", CAR)
        # The folder's JPEG is passed through: what a stranger gets is one of the files.
        files = {path.read_bytes() for path in pictures.iterdir()}
        frame = self.listen("fovea.plant.bottles.frame", len)[0]
        self.assertIn(frame[2], files)
        self.assertIn(self.fetch("/devices/bottles/frame.jpg")[1], files)

    def test_commands_that_write_mjpeg_and_h264(self):
        self.start_model_plant()
        self.add_camera("mjpeg", plant.ffmpeg_command(CARS, "-f", "mjpeg", "-q:v", "4"), "--fps", 4)
        self.add_camera("h264", plant.ffmpeg_command(BOTTLES, "-c:v", "copy", "-bsf:v",
                                                     "h264_mp4toannexb", "-f", "h264"), "--fps", 4)
        self.wait_seen("mjpeg", "car")
        self.wait_seen("h264", "bottle")
        self.check_mask("h264", BOTTLE)

    def test_a_command_that_ends_is_started_again(self):
        self.start_model_plant()
        self.add_camera("short", plant.ffmpeg_command(
            CARS, "-t", "1", "-f", "mjpeg", "-q:v", "4", loop=False), "--fps", 5)
        self.wait_live("short")
        world.wait_for("two restarts", lambda: self.camera_counter("short", "camera_restarts") >= 2)
        self.wait_fresh_frames("short")

    @unittest.skipUnless(plant.has_gstreamer(), "needs GStreamer's RTSP server")
    def test_an_rtsp_camera_with_a_password_dies_and_comes_back(self):
        self.start_model_plant()
        server = self.start_rtsp(BOTTLES, "viewer", "s3cret")
        camera = self.add_camera("gate", self.rtsp_url.replace("//", "//viewer:s3cret@"), "--fps", 5)
        self.wait_seen("gate", "bottle")
        self.check_mask("gate", BOTTLE)
        server.kill()
        gone = self.wait_device("gate", lambda d: d["state"] in ("stale", "away"))
        self.assertIsNotNone(gone["detail"])
        world.wait_for("restarts", lambda: self.camera_counter("gate", "camera_restarts") >= 1)
        server.start()
        self.wait_live("gate")
        self.wait_fresh_frames("gate")
        source = self.get("/api/v1/devices/gate")["source"]
        self.assertIn("rtsp://", source)
        for text in (source, camera.log.read_text(), json.dumps(self.get("/api/v1/system"))):
            self.assertNotIn("s3cret", text)

    @unittest.skipUnless(plant.has_gstreamer(), "needs GStreamer's RTSP server")
    def test_an_option_that_would_do_nothing_is_refused(self):
        config = self.folder / "cameras.yaml"
        config.write_text('cameras: [{name: yard, source: "synthetic:1"}]')
        done = subprocess.run([self.fovea, "camera", "--config", config, "--bus",
                               "nats://127.0.0.1:1", "--privacy", "0,0 1,0 1,1"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--privacy does nothing beside --config", done.stderr)

    def test_a_wrong_rtsp_password_is_told(self):
        self.start_model_plant()
        self.start_rtsp(BOTTLES, "viewer", "s3cret")
        self.add_camera("gate", self.rtsp_url.replace("//", "//viewer:wr0ng@"))
        device = self.wait_device("gate", lambda d: "refuses user or password" in (d["detail"] or ""))
        self.assertNotEqual(device["state"], "live")
        self.assertNotIn("wr0ng", json.dumps(self.get("/api/v1/system")))


if __name__ == "__main__":
    world.main()
