#!/usr/bin/env python3
"""What docs/security.md says, done command by command; and that no secret leaks anywhere.

Usage: security_test.py FOVEA [unittest arguments]
"""
import json
import os
import pathlib
import pty
import re
import select
import signal
import ssl
import stat
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "site"))
import world  # noqa: E402

GUIDE = world.ROOT / "docs" / "security.md"
PASSWORD = "correct horse battery"


def documented_commands():
    """The lines of the ```sh blocks of the guide's first section, in their order."""
    section = GUIDE.read_text().split("\n## ")[1]
    assert section.startswith("Put a site on your LAN")
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def documented_nats_conf():
    return re.search(r"```\n(listen:.*?)```", GUIDE.read_text(), re.DOTALL)[1]


class Terminal:
    """A program at a terminal of its own; killed at the end of the test."""

    def __init__(self, test, command):
        self.shown, self.ended, self.exit_status = "", False, None
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(test.folder)
            os.execvpe("sh", ["sh", "-c", test.here(command)], test.environment)
        test.addCleanup(self.close)

    def read(self):
        """What it has shown by now and was not read before; waits a moment for it."""
        if self.ended or not select.select([self.terminal], [], [], 0.1)[0]:
            return ""
        try:
            text = os.read(self.terminal, 4096).decode()
        except OSError:
            self.ended = True
            return ""
        self.shown += text
        return text

    def write(self, text):
        os.write(self.terminal, text.encode())

    def signal(self, number):
        os.kill(self.child, number)

    def status(self):
        """The exit status; waits for the end."""
        if self.exit_status is None:
            self.exit_status = os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])
        return self.exit_status

    def close(self):
        if self.exit_status is None:
            self.signal(signal.SIGKILL)
            self.status()
        os.close(self.terminal)


class Secure(world.Case):
    def setUp(self):
        super().setUp()
        self.trusted = None
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "fovea").symlink_to(pathlib.Path(self.fovea).resolve())
        self.environment.pop("XDG_STATE_HOME")
        self.environment |= {"HOME": str(self.folder),
                             "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        self.state = self.folder / ".local" / "state" / "fovea" / "site"
        self.port = world.free_port()
        self.nats_port = world.free_port()

    def here(self, command):
        """The command as it runs in this test: on loopback, at free ports. The listener and the bus
        are loopback addresses that count as ones beyond it."""
        for documented, tested in [("0.0.0.0:8443", f"[::ffff:127.0.0.1]:{self.port}"),
                                   ("0.0.0.0:4222", f"127.0.0.1:{self.nats_port}"),
                                   ("hub.local:8443", f"127.0.0.1:{self.port}"),
                                   ("hub.local:4222", f"[::ffff:127.0.0.1]:{self.nats_port}")]:
            command = command.replace(documented, tested)
        return command

    def run_line(self, command, status=0):
        done = subprocess.run(["sh", "-c", self.here(command)], capture_output=True, text=True,
                              timeout=60, cwd=self.folder, env=self.environment)
        self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def run_at_terminal(self, command, *answers):
        """Runs it at a terminal of its own and answers each prompt (text that ends with ': ')."""
        terminal, waiting = Terminal(self, command), list(answers)
        def over():
            if terminal.read() and waiting and terminal.shown.endswith(": "):
                time.sleep(0.2)  # it turns the echo off after the prompt
                terminal.write(waiting.pop(0) + "\n")
            return terminal.ended
        world.wait_for(f"the end of {command}", over)
        self.assertEqual(terminal.status(), 0, terminal.shown)
        self.assertNotIn(PASSWORD, terminal.shown)
        return terminal.shown

    def serve(self, command):
        process = self.start_line(command)
        world.wait_for("the printed address", lambda: "is ready" in process.log.read_text()
                       or process.poll() is not None)
        self.assertIsNone(process.poll(), process.log.read_text())
        return process

    def start_line(self, command):
        log = self.folder / f"log-{len(list(self.folder.glob('log-*')))}"
        with open(log, "w") as file:
            process = subprocess.Popen(["sh", "-c", "exec " + self.here(command)], stdout=file,
                                       stderr=subprocess.STDOUT, cwd=self.folder,
                                       env=self.environment)
        process.log = log
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def open(self, path, headers=None, body=None, method=None):
        """Status, headers and text; the certificate is checked."""
        trust = ssl.create_default_context(cafile=self.trusted or self.state / "tls-cert.pem")
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}{path}", headers=headers or {}, method=method,
            data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=20, context=trust) as answer:
                return answer.status, answer.headers, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read().decode(errors="replace")

    def sign_in(self, user, password=PASSWORD):
        status, headers, _ = self.open("/api/v1/session", {"Content-Type": "application/json"},
                                       {"user": user, "password": password})
        return {"Cookie": headers["Set-Cookie"].split(";")[0]} if status == 204 else status


class Guide(Secure):
    def test_every_command_works_as_it_stands_there(self):
        todo = documented_commands()
        def take(start):
            command = todo.pop(0)
            self.assertTrue(command.startswith(start), f"the guide says {command}, not {start}")
            return command

        for user in ["anna", "wall"]:
            self.run_at_terminal(take(f"fovea user add {user}"), PASSWORD, PASSWORD)
        site = self.serve(take("fovea site --listen"))
        self.assertRegex(site.log.read_text(), r"fingerprint.*: ([0-9A-F]{2}:){31}[0-9A-F]{2}\n")
        self.assertEqual(self.open("/api/v1/devices")[0], 401)
        anna, wall = self.sign_in("anna"), self.sign_in("wall")
        self.assertEqual(self.open("/api/v1/devices", anna)[0], 200)
        csrf = json.loads(self.open("/api/v1/session", wall)[2])["csrf"]
        self.assertEqual(self.open("/api/v1/devices/hall", {
            **wall, "X-Fovea-Csrf": csrf, "Content-Type": "application/json"}, {"weight": 2},
            method="PATCH")[0], 403, "who only looks changes nothing")

        token = self.run_line(take("fovea user token add")).strip()
        self.environment["TOKEN"] = token
        def metrics():
            status, _, _ = self.open("/metrics", {"Authorization": "Bearer " + token})
            return status == 200
        world.wait_for("the running site's notice of the token", metrics)
        self.assertIn("fovea_http_requests_total", self.run_line(take("curl --cacert")))

        self.run_at_terminal(take("fovea user password wall"), "another " + PASSWORD,
                             "another " + PASSWORD)
        world.wait_for("the end of wall's session",
                       lambda: self.open("/api/v1/devices", wall)[0] == 401)
        self.run_line(take("fovea user remove wall"))
        world.wait_for("the end of wall",
                       lambda: self.sign_in("wall", "another " + PASSWORD) == 401)
        self.assertEqual([line.split()[0] for line in
                          self.run_line(take("fovea user list")).splitlines()], ["anna"])
        self.ends_within(site, 2)

        self.environment["SITE_URL"] = self.run_line(take("fovea device add --for-site")).strip()
        self.environment["YARD_URL"] = self.run_line(take("fovea device add yard")).strip()
        (self.folder / "nats.conf").write_text(self.here(documented_nats_conf()))
        nats = self.start_line(take("nats-server -c"))
        world.wait_for("nats-server", lambda: "Server is ready" in nats.log.read_text())
        site = self.serve(take("fovea site --listen"))
        camera = self.start_line(take("fovea camera --source"))
        for key in ["nats-key.pem", ".local/state/fovea/site/bus-ca-key.pem"]:
            self.assertEqual(stat.S_IMODE((self.folder / key).stat().st_mode), 0o600)
        anna = self.sign_in("anna")
        self.assertEqual([warning["what"] for warning in json.loads(
            self.open("/api/v1/site", anna)[2])["bus"]["warnings"]
            if warning["what"] != "old_server"], [], "the documented way leaves nothing open")
        world.wait_for("yard's pictures", lambda: any(
            device["state"] == "live" for device in
            json.loads(self.open("/api/v1/devices", anna)[2])["devices"]))
        for process in [site, camera]:  # what `ps` shows to everybody
            line = (world.proc(process.pid) / "cmdline").read_text()
            self.assertIn("_URL}", line)
            self.assertNotIn("fovea_", line)
        self.assertEqual(todo, [], "commands of the guide that this test does not run")

    def test_tls_or_a_word_about_it_is_needed_beyond_loopback(self):
        done = subprocess.run([self.fovea, "site", "--listen", "0.0.0.0:0"], capture_output=True,
                              text=True, timeout=60, env=self.environment)
        self.assertEqual(done.returncode, 2)
        for word in ["--tls-self-signed", "--tls-cert", "--plain-http"]:
            self.assertIn(word, done.stderr)


class Bus(Secure):
    """The bus follows the listener's rule. No server: these are refused before anybody connects."""
    OPEN, UNENCRYPTED = "nats://192.0.2.10:4222", "nats://me:${PASSWORD}@hub.example:4222"

    def setUp(self):
        super().setUp()
        self.environment["PASSWORD"] = "planted"

    def refused(self, command):
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60,
                              cwd=self.folder, env=self.environment)
        self.assertEqual(done.returncode, 2, command + done.stdout + done.stderr)
        self.assertNotIn("planted", done.stderr)
        self.assertIn("fovea device add", done.stderr)
        return done.stderr

    def test_beyond_this_machine_nothing_starts_without_credentials_and_tls(self):
        camera = "fovea camera --source synthetic:1"
        for start in [camera, "fovea site --listen 127.0.0.1:0", "fovea site --check"]:
            for open_way in ["", " --bus-open unencrypted"]:
                self.assertIn("--bus-open true",
                              self.refused(f"{start} --bus '{self.OPEN}'{open_way}"))
            self.assertIn("--bus-open unencrypted",
                          self.refused(f"{start} --bus '{self.UNENCRYPTED}'"))
            self.assertIn("no credentials", self.refused(f"{start} --bus tls://hub.example"))
        (self.folder / "site.yaml").write_text(f"bus: {self.OPEN}\n")
        self.refused("fovea site --config site.yaml --check")
        (self.folder / "cameras.yaml").write_text(
            f"bus: {self.OPEN}\ncameras: [{{name: a, source: 'synthetic:1'}}]\n")
        self.refused("fovea camera --config cameras.yaml")

    def test_who_says_so_may_and_it_is_told(self):
        for flags in [f"--bus {self.OPEN} --bus-open", f"--bus {self.OPEN} --bus-open=true",
                      f"--bus '{self.UNENCRYPTED}' --bus-open unencrypted"]:
            self.assertIn("bus_open: ", self.run_line(f"fovea site --check {flags}"))
        (self.folder / "site.yaml").write_text(f"bus: {self.OPEN}\nbus_open: true\n")
        self.run_line("fovea site --config site.yaml --check")
        port = world.free_port()
        (self.folder / "site.yaml").write_text(
            f"bus: nats://[::ffff:127.0.0.1]:{port}\nbus_open: true\nlisten: 127.0.0.1:0\n")
        site = self.serve("fovea site --config site.yaml")
        address = re.search(r"http://\S+/", site.log.read_text())[0]
        def fetch(path):
            with urllib.request.urlopen(address + path, timeout=20) as answer:
                return answer.read().decode()
        warnings = json.loads(fetch("api/v1/site"))["bus"]["warnings"]
        self.assertEqual([warning["what"] for warning in warnings],
                         ["no_credentials", "unencrypted"])
        self.assertIn("The bus is open", site.log.read_text())
        self.assertIn('fovea_bus_open{what="no_credentials"} 1', fetch("metrics"))
        world.wait_for("its line on the timeline",
                       lambda: "The bus is open" in fetch("api/v1/events"))

    def test_a_server_that_lets_strangers_in_is_a_fault(self):
        self.environment["URL"] = self.run_line(
            "fovea device add --for-site --server tls://hub.local:4222").strip()
        conf = self.here(documented_nats_conf())
        (self.state / "nats.conf").write_text(
            conf + "no_auth_user: stranger\n")
        users = self.state / "nats-users.conf"
        users.write_text(users.read_text().replace(
            "accounts {", "accounts {\n  x { users: [ { user: stranger, password: x } ] }", 1))
        nats = self.start_line(f"nats-server -c {self.state}/nats.conf")
        world.wait_for("nats-server", lambda: "Server is ready" in nats.log.read_text())
        site = self.serve("fovea site --listen 127.0.0.1:0 --state elsewhere --bus '${URL}'")
        world.wait_for("the fault", lambda: "lets in who has no credentials" in
                       site.log.read_text())

    def test_an_old_users_file_is_written_anew_at_the_start(self):
        url = self.run_line("fovea device add yard").strip()
        users = self.state / "nats-users.conf"
        hash_ = re.search(r'user: "site.yard", password: "([^"]+)"', users.read_text())[1]
        users.write_text(f"""authorization {{
  users = [
    {{
      user: "site.yard"
      password: "{hash_}"
      permissions {{ publish: {{ allow: ["fovea.site.yard.>"] }}, allow_responses: true }}
    }}
  ]
}}
""")
        site = self.serve("fovea site --listen 127.0.0.1:0")
        text = users.read_text()
        self.assertIn(hash_, text)
        self.assertIn("accounts {", text)
        self.assertNotIn("allow_responses", text)
        self.assertIn("is written anew", site.log.read_text())
        (self.state / "nats.conf").write_text(
            f'listen: "127.0.0.1:{self.nats_port}"\ninclude "nats-users.conf"\n')
        self.start_line(f"nats-server -c {self.state}/nats.conf")
        camera = self.start_line("fovea camera --device yard --source synthetic:1 --bus "
                                 f"{url.replace('127.0.0.1:4222', f'127.0.0.1:{self.nats_port}')}")
        world.wait_for("the old password to be taken", lambda: ": connected" in
                       camera.log.read_text())

    def test_names_of_large_streams_are_reserved(self):
        for command in ["fovea device add yard-main", "fovea site --check --camera a-main=synthetic:1",
                        "fovea camera --device a-main --source synthetic:1 --bus nats://127.0.0.1"]:
            done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60,
                                  cwd=self.folder, env=self.environment)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("end with -main", done.stderr)


class FirstUser(Secure):
    def test_at_a_terminal_the_link_is_shown_there_and_nowhere_else(self):
        site = Terminal(self, "exec fovea site --listen 0.0.0.0:8443 --tls-self-signed "
                              "--log-file site.log --log-level debug")
        def link():
            site.read()
            self.assertFalse(site.ended, site.shown)
            return re.search(r"(https://\S+/signin)#setup=(\S+)\r?\n", site.shown)
        page, secret = world.wait_for("the link", link).groups()
        self.assertTrue(page.endswith(f":{self.port}/signin"), page)
        self.assertFalse((self.state / "setup-link").exists())
        status, _, text = self.open("/api/v1/setup", {"Content-Type": "application/json"},
                                    {"secret": secret, "user": "anna", "password": PASSWORD})
        self.assertEqual(status, 204, text)
        self.assertIsInstance(self.sign_in("anna"), dict)
        site.signal(signal.SIGTERM)
        world.wait_for("its end", lambda: site.read() == "" and site.ended)
        self.assertEqual(site.status(), 0, site.shown)
        self.assertEqual(site.shown.count(secret), 1)
        log = (self.folder / "site.log").read_text()
        self.assertIn("is ready at", log)
        self.assertNotIn(secret, log)


class Certificate(Secure):
    def setUp(self):
        super().setUp()
        self.trusted = self.folder / "cert.pem"
        self.key = self.folder / "key.pem"

    def make(self, name):
        """A certificate and its key, in place of those that are there."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-out", self.trusted,
                        "-keyout", self.key], check=True, capture_output=True)
        self.key.chmod(0o600)
        return ssl.PEM_cert_to_DER_cert(self.trusted.read_text())

    def served(self):
        served = ssl.get_server_certificate(("127.0.0.1", self.port), timeout=20)
        return ssl.PEM_cert_to_DER_cert(served)

    def test_a_renewed_one_is_taken_and_one_that_is_broken_is_not(self):
        first = self.make("first")
        site = self.serve(f"fovea site --listen 0.0.0.0:8443 --tls-cert {self.trusted} "
                          f"--tls-key {self.key}")
        self.assertEqual(self.served(), first)
        self.assertEqual(self.open("/healthz")[0], 200)
        renewed = self.make("renewed")
        self.assertEqual(self.served(), first, "nobody has told the site yet")
        site.send_signal(signal.SIGHUP)
        world.wait_for("the renewed certificate", lambda: self.served() == renewed)
        self.assertEqual(self.open("/healthz")[0], 200)

        good = self.trusted.read_text()
        self.trusted.write_text("no certificate")
        site.send_signal(signal.SIGHUP)
        world.wait_for("the reason", lambda: "the TLS certificate stays as it was: "
                       f"{self.trusted} is no certificate in PEM" in site.log.read_text())
        self.assertEqual(self.served(), renewed)
        self.trusted.write_text(good)
        self.assertEqual(self.open("/healthz")[0], 200)
        self.ends_within(site, 2)


class Secrets(Secure):
    def test_none_reaches_a_log_a_page_a_check_or_a_metric(self):
        secrets = {"bus": "planted-in-the-bus-url", "camera": "planted-in-the-camera-url",
                   "webhook": "whsec_cGxhbnRlZC1pbi1hLXdlYmhvb2s=",
                   "hook-url": "planted-in-the-webhook-url",
                   "password": "planted-as-a-password", "wrong": "planted-as-a-wrong-password"}
        self.environment["CAMERA_PASSWORD"] = secrets["camera"]
        self.environment["BUS_PASSWORD"] = secrets["bus"]
        config = self.folder / "site.yaml"
        config.write_text(
            "bus: nats://me:${BUS_PASSWORD}@127.0.0.1:" + str(self.nats_port) + "\n"
            f"listen: '[::ffff:127.0.0.1]:{self.port}'\n"
            "tls: {self_signed: true}\n"
            "webhooks: {ops: {url: 'http://me:" + secrets["hook-url"] + "@127.0.0.1:1/hook', "
            "secret: '" + secrets["webhook"] + "'}}\n"
            "cameras:\n"
            "- {name: yard, source: 'rtsp://me:${CAMERA_PASSWORD}@127.0.0.1:1/main'}\n")
        shown = [self.run_line(f"fovea site --config {config} --check")]
        site = self.serve(f"fovea site --config {config} --log-level debug")
        link = (self.state / "setup-link").read_text()
        self.assertEqual(stat.S_IMODE((self.state / "setup-link").stat().st_mode), 0o600)
        secrets["setup"] = re.search(r"#setup=(\S+)", link)[1]
        status, headers, text = self.open(
            "/api/v1/setup", {"Content-Type": "application/json"},
            {"secret": secrets["setup"], "user": "anna", "password": secrets["password"]})
        self.assertEqual(status, 204, text)
        world.wait_for("the end of the used link's file",
                       lambda: not (self.state / "setup-link").exists())
        cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}
        secrets["session"] = cookie["Cookie"].split("=")[1]
        secrets["token"] = self.run_line("fovea user token add probe --scope admin").strip()
        self.assertEqual(self.sign_in("anna", secrets["wrong"]), 401)
        self.assertEqual(self.sign_in(secrets["wrong"], secrets["wrong"]), 401)
        def device():
            return json.loads(self.open("/api/v1/devices/yard", cookie)[2])
        world.wait_for("the camera's failure", lambda: "nothing listens" in json.dumps(device())
                       or "refused" in site.log.read_text()
                       or "ffmpeg" in site.log.read_text())
        for path in ["/", "/signin", "/metrics", "/healthz", "/readyz", "/api/v1/site",
                     "/api/v1/devices", "/api/v1/devices/yard", "/api/v1/events",
                     "/api/v1/system", "/api/v1/sessions", "/api/v1/models", "/api/v1/session",
                     "/api/v1/nothing?token=" + secrets["token"]]:
            status, headers, text = self.open(path, cookie)
            shown += [f"{headers} {text}"]
        # The service's secrets are not in the environment of whoever gathers facts for a report.
        without = {name: self.environment.pop(name) for name in ["CAMERA_PASSWORD", "BUS_PASSWORD"]}
        report = self.run_line(f"fovea site --config {config} --log-file {site.log} --diagnose")
        self.environment |= without
        shown += [report]
        facts = json.loads(report)
        self.assertEqual([line.split()[0] for line in facts["problems"]
                          if "stands in for it" in line], ["BUS_PASSWORD", "CAMERA_PASSWORD"])
        self.assertEqual(facts["running"]["site"]["site"], "site", facts["problems"])
        self.assertTrue(facts["running"]["system"]["log"] and facts["running"]["system"]["counters"])
        self.assertTrue(facts["log_file"]["lines"])
        self.assertNotIn("diagnose", self.run_line("fovea user token list"), "its token is gone")
        shown += [self.run_line("fovea user list"), self.run_line("fovea user token list --json")]
        self.ends_within(site, 2)
        shown += [site.log.read_text()]
        shown += [file.read_bytes().decode(errors="replace")
                  for file in self.state.glob("site.db*")]
        for what, secret in secrets.items():
            for text in shown:
                self.assertNotIn(secret, text, f"the {what} secret in: {text[:200]}")
        self.assertFalse((self.state / "setup-link").exists(), "the link outlives its site")


if __name__ == "__main__":
    world.main()
