#!/usr/bin/env python3
"""H.264 from cameras of every kind, as processes beside a site over a real nats-server.

Usage: video_test.py FOVEA [unittest arguments]
"""
import concurrent.futures
import subprocess
import unittest

import plant
import world

BOTTLES, CARS = world.VIDEOS
ANNEX_B = ("-c:v", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264")


def decoded_pictures(stream):
    """How many pictures FFmpeg finds in a byte stream of H.264, without an error."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-f", "h264", "-i", "-", "-f", "framemd5", "-"],
                          input=stream, capture_output=True, check=True)
    assert not done.stderr, done.stderr.decode()
    return sum(not line.startswith(b"#") for line in done.stdout.splitlines())


@world.needs_data
class Video(plant.Plant):
    def start_model_plant(self, *arguments):
        return self.start_plant("--model", world.DEEPLAB, *arguments)

    def wait_share(self, device, name):
        def seen():
            result = self.get(f"/api/v1/devices/{device}/result")
            return any(c["name"] == name and c["share"] > 0.01 for c in result["classes"]) and result
        self.wait_results(device)
        return world.wait_for(f"a {name} at {device}", seen)

    def check_stream(self, device, count=20):
        """The frames on the bus from a key frame on: each builds on the one before, and a stranger's
        decoder makes a picture of each. Returns their bytes."""
        def enough(messages):
            keys = [i for i, m in enumerate(messages) if m[1]["ce-keyframe"] == "true"]
            return keys and len(messages) - keys[0] >= count
        messages = self.listen(f"fovea.plant.{device}.frame", enough)
        first = next(i for i, m in enumerate(messages) if m[1]["ce-keyframe"] == "true")
        messages = messages[first:]
        last = None
        for _, headers, _ in messages:
            self.assertEqual((headers["ce-codec"], headers["content-type"]), ("h264", "video/h264"))
            if headers["ce-keyframe"] == "false":
                self.assertEqual(headers["ce-refseq"], last)
            last = headers["ce-frameseq"]
        self.assertEqual(decoded_pictures(b"".join(data for _, _, data in messages)), len(messages))
        return sum(len(data) for _, _, data in messages) / len(messages)

    def test_encoded_by_us_a_fraction_of_the_bytes(self):
        self.start_model_plant()
        self.add_camera("video", "file:" + CARS, "--codec", "h264")
        self.add_camera("pictures", "file:" + CARS)
        self.wait_share("video", "car")
        self.assertEqual(self.get("/api/v1/devices/video")["codec"], "h264")
        video = self.check_stream("video", 60)
        jpegs = self.listen("fovea.plant.pictures.frame", lambda m: len(m) >= 30)
        jpeg = sum(len(data) for _, _, data in jpegs) / len(jpegs)
        self.assertLess(video, jpeg / 3, "bytes of a frame")
        # Nobody wants JPEG all the time, so none is made; who asks for one picture gets it.
        self.assertNotIn(b"fovea_site_jpeg_encoded_total{", self.fetch("/metrics")[1])
        _, jpeg = self.fetch("/devices/video/frame.jpg")
        self.assertEqual(plant.picture_of(jpeg).shape, (432, 768, 3))

    def without_b_frames(self):
        """The video as cameras encode it: pictures are shown in the order in which they come."""
        video = self.folder / "camera.mp4"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", BOTTLES, "-an", "-t", "20",
                        "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "30", video],
                       check=True)
        return str(video)

    def test_passed_as_it_comes_from_a_command(self):
        self.start_model_plant()
        camera = self.add_camera("exec", plant.ffmpeg_command(self.without_b_frames(), *ANNEX_B,
                                                              loop=False), "--codec", "auto")
        self.wait_share("exec", "bottle")
        self.check_stream("exec")
        self.assertIn("H.264 as it comes", camera.log.read_text())

    @unittest.skipUnless(plant.has_gstreamer(), "needs GStreamer's RTSP server")
    def test_passed_as_it_comes_from_an_ip_camera(self):
        self.start_model_plant()
        server = self.start_rtsp(self.without_b_frames(), "viewer", "s3cret")
        camera = self.add_camera("gate", self.rtsp_url.replace("//", "//viewer:s3cret@"),
                                 "--codec", "auto")
        self.wait_share("gate", "bottle")
        self.check_stream("gate")
        self.assertIn("H.264 as it comes", camera.log.read_text())
        server.kill()
        self.wait_device("gate", lambda d: d["state"] in ("stale", "away"))
        server.start()
        self.wait_live("gate")
        self.wait_fresh_frames("gate")
        self.check_stream("gate")

    @unittest.skipUnless(plant.has_gstreamer(), "needs GStreamer's RTSP server")
    def test_with_b_frames_it_is_decoded_at_the_camera(self):
        self.start_model_plant()
        self.start_rtsp(BOTTLES)
        camera = self.add_camera("gate", self.rtsp_url, "--codec", "auto")
        self.wait_share("gate", "bottle")
        self.assertIn("in another order than it sends them", camera.log.read_text())
        self.assertEqual(self.get("/api/v1/devices/gate")["codec"], "jpeg")

    def test_a_site_that_comes_later_asks_for_a_key_frame(self):
        self.make_broker().start()
        self.add_camera("hall", "synthetic:1", "--codec", "h264")
        self.listen("fovea.plant.hall.frame", lambda m: len(m) >= 3)
        # One start in thirty happens upon a key frame by itself.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            asked = pool.submit(self.listen, "fovea.plant.hall.command", len, 90)
            while not asked.done():
                site = self.start_site("--site", "plant", "--bus", self.bus,
                                       "--model", world.DEEPLAB)
                self.wait_results("hall")
                site.kill()
                site.wait()
        self.assertIn(b'"command":"keyframe"', asked.result()[0][2])


if __name__ == "__main__":
    world.main()
