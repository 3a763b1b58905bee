#!/usr/bin/env python3
"""An IP camera in a hall, the way that README names first: somebody comes in, and is told of.

Usage: ip_camera_test.py FOVEA [unittest arguments]
"""
import unittest

import journey
import plant
import world


@journey.needs_browser
@unittest.skipUnless(plant.has_gstreamer(), "needs GStreamer's RTSP server")
class IpCamera(journey.Journey):
    def play(self, kind):
        port = world.free_port()
        plant.Server(self, port, ["/usr/bin/python3", world.ROOT / "src/testing/rtsp_server.py",
                                  str(port), f"{kind}:{self.stage}", "", ""]).start()
        return f"rtsp://127.0.0.1:{port}/video"

    def go(self, kind, codec):
        self.show(journey.PICTURES / "empty.jpg")
        bus = self.start_nats()
        config = self.write_config("cam", bus=bus)
        self.start_site("--config", config, "--model", "fovea-factory",
                        "--camera", "cam=" + self.play(kind))
        self.listen(bus)
        self.wait_quiet("cam")
        self.assertEqual(self.device("cam")["codec"], codec)
        self.watch("/d/cam")
        return self.follow(f"RTSP, {codec}", self.show(journey.PICTURES / "visitor.jpg"))

    def test_h264(self):
        times = self.go("stage-h264", "h264")
        # The goal is 1.3 s; this is for machines that are busy, where the browser is the slowest.
        self.assertLess(max(times["bus"], times["webhook"]), 4)

    def test_mjpeg(self):
        self.go("stage-mjpeg", "jpeg")


if __name__ == "__main__":
    world.main()
