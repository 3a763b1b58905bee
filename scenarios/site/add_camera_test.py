#!/usr/bin/env python3
"""Adding a camera over the API: tried first, kept over a restart, removed again; no secret shows.

Usage: add_camera_test.py FOVEA [unittest arguments]
"""
import base64
import json
import unittest
import urllib.error
import urllib.request

import plant
import world


@unittest.skipUnless(plant.has_gstreamer(), "needs GStreamer's RTSP server")
class AddCamera(plant.Plant):
    def call(self, method, path, body=None):
        """Status and text."""
        headers = {"Content-Type": "application/json"} if body else {}
        request = urllib.request.Request(self.site + "/api/v1/cameras" + path,
                                         json.dumps(body).encode() if body else None, headers,
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def serve(self):
        config = self.folder / "site.yaml"
        config.write_text("cameras:\n  - {name: hall, source: 'synthetic:1', size: 160x90}\n")
        return self.start_site("--config", config, "--state", self.folder / "state", "--log-level",
                               "debug")

    def cameras(self):
        return {camera["name"]: camera for camera in self.get("/api/v1/cameras")["cameras"]}

    def test_from_the_trial_to_the_end(self):
        self.without_models()
        self.start_rtsp("sound:", "viewer", "pl4nted-s3cret")
        source = self.rtsp_url.replace("//", "//viewer:pl4nted-s3cret@")
        site = self.serve()
        shown = []
        status, text = self.call("POST", "/probe", {"source": source})
        shown += [text]
        found = json.loads(text)
        self.assertEqual((status, found["codec"], found["width"]), (200, "h264", 320))
        picture = plant.picture_of(base64.b64decode(found["picture"]))
        self.assertEqual(picture.shape, (240, 320, 3))
        status, text = self.call("POST", "/probe", {"source": source.replace("s3cret", "wr0ng")})
        shown += [text]
        self.assertEqual((status, json.loads(text)["trouble"]), (422, "denied"))
        for forbidden in ("exec:touch " + str(self.folder / "made"), "file:/etc/passwd",
                          "folder:/", "v4l2:/dev/video0", "synthetic:2", "http://127.0.0.1/x"):
            for path, body in (("/probe", {"source": forbidden}),
                               ("", {"name": "yard", "source": forbidden})):
                self.assertEqual(self.call("POST", path, body)[0], 400, forbidden)
        self.assertFalse((self.folder / "made").exists())

        status, text = self.call("POST", "", {"name": "yard", "source": source})
        self.assertEqual(status, 201, text)
        self.wait_live("yard")
        self.assertEqual(self.call("POST", "", {"name": "yard", "source": source})[0], 409)
        self.assertEqual(self.call("POST", "", {"name": "hall", "source": source})[0], 409)
        self.assertEqual({name: camera["removable"] for name, camera in self.cameras().items()},
                         {"hall": False, "yard": True})
        self.assertEqual(self.call("DELETE", "/hall")[0], 400)
        self.ends_within(site, plant.END_S)
        shown += [site.log.read_text()]

        site = self.serve()
        self.wait_live("yard")
        for path in ("/api/v1/cameras", "/api/v1/devices/yard", "/api/v1/system", "/metrics",
                     "/api/v1/events"):
            shown += [self.fetch(path)[1].decode()]
        self.assertEqual(self.call("DELETE", "/yard")[0], 204)
        self.wait_device("yard", lambda d: d["state"] == "away")
        self.assertEqual(list(self.cameras()), ["hall"])
        self.ends_within(site, plant.END_S)
        shown += [site.log.read_text()]
        site = self.serve()
        self.wait_live("hall")
        self.assertEqual(list(self.cameras()), ["hall"])
        for text in shown:
            for secret in ("pl4nted-s3cret", "pl4nted-wr0ng"):
                self.assertNotIn(secret, text)

    def test_the_end_does_not_wait_for_a_trial(self):
        self.without_models()
        server = self.start_rtsp("sound:")
        site = self.serve()
        server.process.send_signal(plant.signal.SIGSTOP)
        self.addCleanup(server.process.send_signal, plant.signal.SIGCONT)
        body = json.dumps({"source": self.rtsp_url}).encode()
        host = self.site.removeprefix("http://")
        with plant.socket.create_connection(("127.0.0.1", int(host.split(":")[1]))) as client:
            client.sendall(f"POST /api/v1/cameras/probe HTTP/1.1\r\nHost: {host}\r\nContent-Type: "
                           f"application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            world.wait_for("the trial's connection", lambda: self.connections(server.port))
            self.ends_within(site, plant.END_S)

    @staticmethod
    def connections(port):
        """How many are established to this port, as the kernel lists them."""
        lines = world.pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        return sum(line.split()[2].endswith(f":{port:04X}") and line.split()[3] == "01"
                   for line in lines)


if __name__ == "__main__":
    world.main()
