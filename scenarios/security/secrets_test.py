#!/usr/bin/env python3
"""What ${NAME} puts in works whatever signs it has, and is told nowhere: log, API, bus, --check, --diagnose.

Usage: secrets_test.py FOVEA [unittest arguments]
"""
import base64
import http.server
import io
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading

from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "site"))
import world  # noqa: E402

PASSWORDS = ["hush-hush", "ab#12", "12#ab", "4/2b", "9?x", "p@ss:w/r?d#1%&+ \"x'", "100%25x/"]


class RtspCamera:
    """Refuses everybody, and keeps what it was told: method, URL and decoded credentials."""

    def __init__(self, test):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.urls, self.credentials = [], []
        threading.Thread(target=self.serve, daemon=True).start()
        test.addCleanup(self.server.close)

    def serve(self):
        while True:
            try:
                peer, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(peer,), daemon=True).start()

    def answer(self, peer):
        with peer, peer.makefile("rb") as lines:
            while line := lines.readline().decode("latin-1").split():
                self.urls.append(line[1])
                number = "0"
                while field := lines.readline().decode("latin-1").strip():
                    name, value = field.split(":", 1)
                    if name.lower() == "cseq":
                        number = value.strip()
                    if name.lower() == "authorization":
                        self.credentials.append(base64.b64decode(value.split()[1]).decode())
                good = line[0] == "OPTIONS"
                status = "200 OK\r\nPublic: DESCRIBE" if good else "401 Unauthorized"
                peer.sendall(f"RTSP/1.0 {status}\r\nCSeq: {number}\r\nContent-Length: 0\r\n"
                             "WWW-Authenticate: Basic realm=\"cam\"\r\n\r\n".encode())


class MjpegCamera:
    """MJPEG over HTTP for who knows the password."""

    def __init__(self, test, password):
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), (200, 30, 30)).save(picture, "JPEG")
        wanted = "Basic " + base64.b64encode(f"viewer:{password}".encode()).decode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.headers.get("Authorization") != wanted:
                    self.send_error(401)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=x")
                self.end_headers()
                try:
                    while not test.over.wait(0.1):
                        self.wfile.write(b"--x\r\nContent-Type: image/jpeg\r\n\r\n" +
                                         picture.getvalue() + b"\r\n")
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        test.addCleanup(server.shutdown)


class Secrets(world.Case):
    def setUp(self):
        super().setUp()
        self.over = threading.Event()
        self.addCleanup(self.over.set)

    def run_fovea(self, *arguments, status=None, **environment):
        done = subprocess.run([self.fovea, *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, env={**self.environment, **environment})
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def assert_untold(self, text, *secrets):
        for secret in secrets:
            for form in (secret, json.dumps(secret)[1:-1]):
                self.assertNotIn(form, text)

    def everything_of_a_site(self, site):
        """All that somebody with the role `view` can read, and the log."""
        paths = ["devices", "devices/yard", "events", "cameras", "system", "site", "rules"]
        told = [json.dumps(self.get(f"/api/v1/{path}"), ensure_ascii=False) for path in paths]
        return "\n".join([*told, site.log.read_text()])

    def test_a_password_in_a_url_works_as_it_is(self):
        for password in PASSWORDS:
            camera = RtspCamera(self)
            url = f"rtsp://viewer:${{PW}}@127.0.0.1:{camera.port}/s"
            text = self.run_fovea("camera", "probe", url, "--timeout", 10, status=1, PW=password)
            self.assertIn("refuses the user or the password", text)
            self.assertEqual(set(camera.credentials), {f"viewer:{password}"})
            self.assert_untold(text, password)

    def test_a_url_that_cannot_be_read_says_what_to_write(self):
        for password, advice in (("ab#12", "# as %23"), ("12#ab", "# as %23"), ("4/2b", "/ as %2F"),
                                 ("9?x", "? as %3F")):
            url = f"rtsp://viewer:{password}@127.0.0.1:554/s"
            text = self.run_fovea("camera", "probe", url, status=2)
            self.assertIn(advice, text)
            self.assert_untold(text, password, "viewer")

    def test_nothing_of_a_url_is_told(self):
        for password in ("12#ab", "p@ss:w/r?d#1%&+ \"x'"):
            for written in (False, True):  # into the file, as people do
                camera = RtspCamera(self)
                quoted = password.replace("'", "''")
                source = f"rtsp://viewer:{quoted if written else '${PW}'}@127.0.0.1:{camera.port}/s"
                file = self.folder / f"site-{camera.port}.yaml"
                file.write_text(f"cameras:\n- {{name: yard, source: '{source}'}}\n")
                self.environment["PW"] = password if not written else "none"
                common = ["--config", file, "--state", self.folder / f"state-{camera.port}"]
                site = self.start_site(*common)
                failed = self.wait_device("yard", lambda d: "trying again" in (d["detail"] or ""))
                self.assertIn("***@", failed["detail"])
                if written:
                    self.assertIn("# as %23", failed["detail"])
                told = self.everything_of_a_site(site)
                told += self.run_fovea("site", *common, "--check", status=0)
                told += self.run_fovea("site", *common, "--diagnose", status=0)
                self.assert_untold(told, password)
                site.terminate()
                site.wait()

    def test_a_password_in_a_command_is_shown_as_it_was_written(self):
        camera = MjpegCamera(self, "hush-hush")
        bus = self.start_nats()
        heard = open(self.folder / "bus", "w+")
        listener = subprocess.Popen(
            [sys.executable, "-c", LISTENER, bus.removeprefix("nats://")], stdout=heard)
        self.addCleanup(listener.wait)
        self.addCleanup(listener.kill)
        file = self.folder / "site.yaml"
        file.write_text(f"""bus: {bus}
cameras:
- name: yard
  source: 'exec:curl -sN -u viewer:${{PW}} http://127.0.0.1:{camera.port}/video.mjpg'
- name: wrong
  source: 'exec:echo denied: viewer:${{PW}} at http://viewer:${{PW}}@10.0.0.8 >&2; sleep 1; exit 22'
""")
        self.environment["PW"] = "hush-hush"
        common = ["--config", file, "--state", self.folder / "st"]
        site = self.start_site("--log-level", "debug", *common)
        self.wait_device("yard", lambda d: d["state"] == "live")
        self.assertIn("-u viewer:${PW} ", self.get("/api/v1/devices/yard")["source"])
        self.wait_device("wrong", lambda d: "denied: viewer:${PW}" in (d["detail"] or ""))
        world.wait_for("a status on the bus", lambda: "-u viewer:${PW}" in
                       (self.folder / "bus").read_text())
        told = self.everything_of_a_site(site)
        self.assertIn("denied: viewer:${PW}", told)
        told += self.run_fovea("site", *common, "--check", status=0)
        told += self.run_fovea("site", *common, "--diagnose", status=0)
        told += (self.folder / "bus").read_text()
        self.assert_untold(told, "hush")

    def test_a_command_finds_what_it_names_and_nothing_else(self):
        told = self.folder / "told"
        self.environment.update(PW="named-secret", OTHER="other-secret")
        self.start_site("--camera", f"yard=exec:echo $PW > {told}.new; env >> {told}.new; "
                        f"mv {told}.new {told}; sleep 300")
        world.wait_for("the command's environment", told.exists)
        text = told.read_text()
        self.assertIn("named-secret", text)
        self.assertIn("PATH=", text)
        self.assertNotIn("other-secret", text)

    def test_a_link_in_a_folder_for_all_is_not_followed(self):
        victim = self.folder / "victim"
        victim.write_text("precious")
        output = self.folder / "diagnosis.json"
        output.symlink_to(victim)
        self.run_fovea("site", "--diagnose", "--output", output, status=0)
        self.assertEqual(victim.read_text(), "precious")
        self.assertFalse(output.is_symlink())
        self.assertEqual(output.stat().st_mode & 0o777, 0o600)
        self.assertIn("machine", json.loads(output.read_text()))

    def test_without_a_home_nothing_lies_in_tmp(self):
        for name in ("HOME", "XDG_CACHE_HOME", "CACHE_DIRECTORY", "FOVEA_MODELS", "FOVEA_DATA"):
            self.environment.pop(name, None)
        picture = self.folder / "a.png"
        Image.new("RGB", (64, 64)).save(picture)
        before = pathlib.Path("/tmp/.cache/fovea").exists()
        text = self.run_fovea("infer", "--model", "fovea-factory", "--output", self.folder / "o",
                              picture, status=2)
        self.assertIn("set HOME or XDG_CACHE_HOME", text)
        self.assertEqual(pathlib.Path("/tmp/.cache/fovea").exists(), before)


# Whatever is published, as bytes.
LISTENER = """
import socket, sys
host, port = sys.argv[1].split(":")
peer = socket.create_connection((host, int(port)))
peer.sendall(b'CONNECT {"verbose":false,"headers":true}\\r\\nSUB > 1\\r\\n')
while data := peer.recv(65536):
    if data.startswith(b"PING"):
        peer.sendall(b"PONG\\r\\n")
    print(data.decode("latin-1"), flush=True)
"""

if __name__ == "__main__":
    world.main()
