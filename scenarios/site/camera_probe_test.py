#!/usr/bin/env python3
"""`fovea camera probe` against real RTSP servers: what it finds, and what it says is wrong.

Usage: camera_probe_test.py FOVEA [unittest arguments]
"""
import contextlib
import json
import signal
import socket
import subprocess
import threading
import unittest

import plant
import world


@unittest.skipUnless(plant.has_gstreamer(), "needs GStreamer's RTSP server")
class Probe(plant.Plant):
    def probe(self, spec, *arguments, status=0):
        """Runs it; its JSON document."""
        done = subprocess.run([self.fovea, "camera", "probe", spec, "--json", *arguments],
                              capture_output=True, text=True, timeout=60, env=self.environment)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(bool(done.stderr), status != 0, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual(found["works"], status == 0)
        return found

    def fails(self, spec, trouble, words, status):
        found = self.probe(spec, status=status)
        self.assertEqual(found["trouble"], trouble, found)
        self.assertIn(words, found["problem"])
        self.assertTrue(found["advice"])
        return found

    def test_what_a_camera_delivers(self):
        self.start_rtsp("sound:", "viewer", "s3cret")
        self.environment["PASSWORD"] = "s3cret"
        picture = self.folder / "yard.jpg"
        url = self.rtsp_url.replace("//", "//viewer:${PASSWORD}@")
        found = self.probe(url, "--picture", str(picture))
        self.assertEqual((found["codec"], found["width"], found["height"]), ("h264", 320, 240))
        self.assertTrue(5 < found["fps"] < 15, found)
        self.assertTrue(found["has_sound"])
        self.assertEqual(found["hints"], [])
        self.assertNotIn("s3cret", json.dumps(found))
        self.assertEqual(plant.picture_of(picture.read_bytes()).shape, (240, 320, 3))

    def test_h265_is_named_with_the_way_to_h264(self):
        self.start_rtsp("hevc:")
        found = self.probe(self.rtsp_url)
        self.assertEqual(found["codec"], "hevc")
        self.assertFalse(found["has_sound"])
        self.assertIn("switch this stream to H.264", found["hints"][0])

    def test_what_costs_more_is_named_too(self):
        self.start_rtsp("vp8:")
        found = self.probe(self.rtsp_url)
        self.assertEqual(found["codec"], "vp8")
        self.assertIn("vp8 is decoded and encoded again here", found["hints"][0])

    def test_a_codec_that_cannot_be_decoded(self):
        url = self.start_camera_of_tomorrow()
        found = self.fails(url, "codec", "this FFmpeg cannot decode its kind of video", 2)
        self.assertIn("switch this stream to H.264", found["advice"])

    def start_camera_of_tomorrow(self):
        """An RTSP server whose video nobody knows yet. Returns its URL."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        sdp = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
               "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H299/90000\r\na=control:video\r\n")
        says = {"OPTIONS": "Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n",
                "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n"
                            + sdp,
                "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n"}

        def answer(client):
            with client, client.makefile("r", newline="\r\n") as lines:
                for line in lines:
                    if line.endswith(" RTSP/1.0\r\n"):
                        rest = says.get(line.split()[0], "Session: 1\r\n\r\n")
                    elif line.startswith("CSeq:"):
                        client.sendall(f"RTSP/1.0 200 OK\r\n{line}{rest}".encode())

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    answer(server.accept()[0])

        threading.Thread(target=serve, daemon=True).start()
        return f"rtsp://127.0.0.1:{server.getsockname()[1]}/video"

    def test_a_password_and_a_path(self):
        self.start_rtsp("sound:", "viewer", "s3cret")
        wrong = self.rtsp_url.replace("//", "//viewer:wr0ng@")
        found = self.fails(wrong, "denied", "refuses the user or the password", 1)
        self.assertNotIn("wr0ng", json.dumps(found))
        self.fails(self.rtsp_url, "denied", "asks for a user and a password", 1)
        right = self.rtsp_url.replace("//", "//viewer:s3cret@")
        self.fails(right.replace("/video", "/main"), "unknown_path", "has no stream /main", 2)

    def test_nobody_there_and_silence(self):
        server = self.start_rtsp("sound:")
        server.process.send_signal(signal.SIGSTOP)
        self.addCleanup(server.process.send_signal, signal.SIGCONT)
        self.fails(self.rtsp_url, "silent", "silent for 5 s", 1)
        server.kill()
        self.fails(self.rtsp_url, "refused", "nothing listens on its port", 1)
        self.fails("rtsp://no-such-camera.invalid/x", "host_unknown", "no-such-camera.invalid", 2)

    def test_something_else_that_listens(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def answer():
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                client.recv(4096)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                client.close()

        threading.Thread(target=answer, daemon=True).start()
        url = f"rtsp://127.0.0.1:{server.getsockname()[1]}/x"
        found = self.probe(url, status=2)
        self.assertEqual(found["trouble"], "no_video", found)
        self.assertIn("554", found["advice"])


if __name__ == "__main__":
    world.main()
