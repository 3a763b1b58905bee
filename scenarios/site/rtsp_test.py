#!/usr/bin/env python3
"""An RTSP camera that falls silent, dies, sends garbage, or changes its resolution.

Usage: rtsp_test.py FOVEA [unittest arguments]
"""
import random
import signal
import socket
import threading
import unittest

import plant
import world


class Proxy:
    """Between camera and server: passes bytes on, or makes garbage of what the server says.

    modes: pass; spoil (one byte in a hundred is another); noise (all are)."""

    def __init__(self, case, target):
        self.target, self.mode, self.random = target, "pass", random.Random(1)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        case.addCleanup(self.server.close)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            for source, sink, changes in ((client, server, False), (server, client, True)):
                threading.Thread(target=self.pump, args=(source, sink, changes), daemon=True).start()

    def pump(self, source, sink, changes):
        try:
            while data := source.recv(65536):
                sink.sendall(self.changed(data) if changes else data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def changed(self, data):
        if self.mode == "pass":
            return data
        if self.mode == "noise":
            return self.random.randbytes(len(data))
        spoilt = bytearray(data)
        for _ in range(len(data) // 100 + 1):
            spoilt[self.random.randrange(len(data))] = self.random.randrange(256)
        return bytes(spoilt)


@unittest.skipUnless(plant.has_gstreamer(), "needs GStreamer's RTSP server")
class Rtsp(plant.Plant):
    def start_gate(self, sizes="sizes:320x240"):
        """The server, and a camera in the yard that nothing of this may touch."""
        self.start_plant()
        server = self.start_rtsp(sizes)
        self.add_camera("yard", "synthetic:1", *plant.SMALL)
        return server

    def check_yard(self):
        self.assertEqual(self.camera_counter("yard", "camera_restarts"), 0)
        self.wait_fresh_frames("yard")

    def restarts(self):
        return self.camera_counter("gate", "camera_restarts")

    def test_a_server_that_falls_silent(self):
        server = self.start_gate()
        self.add_camera("gate", self.rtsp_url)
        self.wait_live("gate")
        server.process.send_signal(signal.SIGSTOP)
        self.addCleanup(server.process.send_signal, signal.SIGCONT)
        self.wait_device("gate", lambda d: d["state"] == "stale")
        told = self.wait_device("gate", lambda d: "silent for" in (d["detail"] or ""))
        self.assertNotEqual(told["state"], "live")
        world.wait_for("another try", lambda: self.restarts() >= 1)
        server.process.send_signal(signal.SIGCONT)
        self.wait_live("gate")
        self.wait_fresh_frames("gate")
        self.check_yard()

    def test_a_server_that_dies_and_comes_back(self):
        server = self.start_gate()
        self.add_camera("gate", self.rtsp_url)
        self.wait_live("gate")
        server.kill()
        told = self.wait_device("gate", lambda d: "nothing listens" in (d["detail"] or ""))
        self.assertNotEqual(told["state"], "live")
        world.wait_for("another try", lambda: self.restarts() >= 1)
        server.start()
        self.wait_live("gate")
        self.wait_fresh_frames("gate", 5)
        picture = plant.picture_of(self.fetch("/devices/gate/frame.jpg")[1])
        self.assertEqual(picture.shape, (240, 320, 3))
        self.check_yard()

    def test_garbage_in_place_of_a_stream(self):
        server = self.start_gate()
        proxy = Proxy(self, server.port)
        camera = self.add_camera("gate", f"rtsp://127.0.0.1:{proxy.port}/video")
        self.wait_live("gate")
        before = plant.resident_mib(camera)
        proxy.mode = "noise"
        self.wait_device("gate", lambda d: d["state"] != "live")
        world.wait_for("another try", lambda: self.restarts() >= 1)
        proxy.mode = "spoil"  # it looks like RTSP, and is not
        tried = self.restarts()
        world.wait_for("more tries", lambda: self.restarts() > tried)
        self.assertIsNone(camera.poll(), camera.log.read_text())
        proxy.mode = "pass"
        self.wait_live("gate")
        self.wait_fresh_frames("gate", 5)
        self.assertLess(plant.resident_mib(camera), before + 40)
        self.check_yard()

    def test_a_new_resolution_in_mid_stream(self):
        self.start_gate(sizes="sizes:320x240,480x360")
        self.add_camera("gate", self.rtsp_url)
        for width in (320, 480, 320):
            device = self.wait_device("gate", lambda d, w=width: d["width"] == w)
            self.assertEqual(device["state"], "live")
            def shown(w=width):
                picture = plant.picture_of(self.fetch("/devices/gate/frame.jpg")[1])
                return picture.shape[1] == w
            world.wait_for(f"a picture {width} wide", shown)
        self.assertEqual(self.restarts(), 0, "the stream went on")
        self.check_yard()


if __name__ == "__main__":
    world.main()
