#!/usr/bin/env python3
"""`fovea camera probe` against real RTSP servers: what it finds, and what it says is wrong.

Usage: camera_probe_test.py FOVEA [unittest arguments]
"""
import contextlib
import hashlib
import json
import re
import signal
import socket
import subprocess
import threading
import unittest

import plant
import world


def described(codec):
    """The answer to DESCRIBE of a camera with such video."""
    sdp = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
           f"m=video 0 RTP/AVP 96\r\na=rtpmap:96 {codec}/90000\r\na=control:video\r\n")
    return f"200 OK\r\nContent-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


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
        self.assertEqual(len(found["hints"]), 1)
        self.assertIn("the camera wants the password itself", found["hints"][0])
        self.assertNotIn("s3cret", json.dumps(found))
        self.assertEqual(plant.picture_of(picture.read_bytes()).shape, (240, 320, 3))

    def test_h265_is_named_with_the_way_to_h264(self):
        self.start_rtsp("hevc:")
        found = self.probe(self.rtsp_url)
        self.assertEqual(found["codec"], "hevc")
        self.assertFalse(found["has_sound"])
        self.assertIn("switch this stream to H.264", found["hints"][0])

    def test_codecs_that_are_not_read_are_named(self):
        self.start_rtsp("vp8:")
        found = self.fails(self.rtsp_url, "codec", "VP8, which is not read here", 2)
        self.assertIn("Switch this stream to H.264".lower(), found["advice"].lower())
        for name in ("H299", "X-QT", "THEORA", "SVQ3"):
            url = self.start_script({"DESCRIBE": described(name)})[0]
            self.fails(url, "codec", f"{name}, which is not read here", 2)

    def start_script(self, changes):
        """An RTSP camera that says by its methods what `changes` says, and else what a camera should.
        Returns its URL and the list of all requests, which goes on growing."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        says = {"OPTIONS": "200 OK\r\nPublic: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n",
                "DESCRIBE": described("H264"),
                "SETUP": "200 OK\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n"}
        says.update(changes)
        asked = []

        def answer(client):
            with client, client.makefile("r", newline="\r\n") as lines:
                request = ""
                for line in lines:
                    request += line
                    if line != "\r\n":
                        continue
                    asked.append(request)
                    status, _, rest = says.get(request.split()[0], "200 OK\r\nSession: 1\r\n\r\n").partition("\r\n")
                    if isinstance(says.get("401"), tuple):
                        challenge, check = says["401"]
                        if not check(request):
                            status, rest = "401 Unauthorized", f"WWW-Authenticate: {challenge}\r\n\r\n"
                    number = re.search(r"CSeq: \d+\r\n", request)[0]
                    client.sendall(f"RTSP/1.0 {status}\r\n{number}{rest}".encode())
                    request = ""

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    answer(server.accept()[0])

        threading.Thread(target=serve, daemon=True).start()
        return f"rtsp://127.0.0.1:{server.getsockname()[1]}/video", asked

    def test_a_redirection_is_told_and_nobody_connects_there(self):
        inside = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(inside.close)
        target = f"rtsp://u:s3cret@127.0.0.1:{inside.getsockname()[1]}/x"
        url = self.start_script({"DESCRIBE": f"302 Moved\r\nLocation: {target}\r\n\r\n"})[0]
        found = self.fails(url, "no_video", f"sends us on to {target.replace('u:s3cret', '***')}", 2)
        self.assertIn("write this address instead", found["advice"])
        self.assertNotIn("s3cret", json.dumps(found))
        inside.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            inside.accept()

    def test_a_camera_without_rtp_over_tcp(self):
        url = self.start_script({"SETUP": "461 Unsupported Transport\r\n\r\n"})[0]
        found = self.fails(url, "no_video", "offers no RTP over TCP", 2)
        self.assertIn("exec:ffmpeg -rtsp_transport udp", found["advice"])
        url = self.start_script({"DESCRIBE": "418 Short and stout\r\n\r\n"})[0]
        self.fails(url, "no_video", "answers DESCRIBE with 418 Short and stout", 2)

    def test_a_sha_256_digest(self):
        def right(request):
            given = dict(re.findall(r'(\w+)="?([^",\r]+)"?', request.partition("Authorization: Digest ")[2]))
            method = request.split()[0]
            parts = [sha256(f"viewer:cam:right"), "abc", sha256(f"{method}:{given.get('uri')}")]
            return given.get("response") == sha256(":".join(parts))

        challenge = 'Digest realm="cam", nonce="abc", algorithm="SHA-256"'
        url, asked = self.start_script({"401": (challenge, right), "SETUP": "500 Signed in\r\n\r\n"})
        found = self.fails(url.replace("//", "//viewer:right@"), "failed", "500 Signed in", 1)
        self.assertNotIn("right", "".join(asked))
        self.assertNotIn("right@", json.dumps(found))
        self.fails(url.replace("//", "//viewer:wr0ng@"), "denied", "refuses the user or the password", 1)
        url = self.start_script({"401": (challenge.replace("256", "999"), lambda _: False)})[0]
        found = self.fails(url.replace("//", "//viewer:right@"), "no_video", "'SHA-999'", 2)
        self.assertIn("switch it to Digest", found["advice"].replace("Switch", "switch"))

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
