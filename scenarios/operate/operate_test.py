#!/usr/bin/env python3
"""What docs/operate.md says, done command by command.

systemd itself does not run in a test: for `systemctl` stands what systemd does with the installed
units, from their ExecStart to the watchdog. The rest is run as it stands there, with other folders,
ports and hosts.

Usage: operate_test.py FOVEA [unittest arguments]; FOVEA lies in the build folder that is installed.
"""
import json
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "site"),
                str(pathlib.Path(__file__).parents[1] / "security")]
import world  # noqa: E402
from security_test import PASSWORD, Secure, documented_nats_conf  # noqa: E402

GUIDE = world.ROOT / "docs" / "operate.md"
INSTALL = world.ROOT / "tools" / "dev" / "install.py"


def documented_commands():
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


class Unit:
    """A started service, as systemd runs it."""

    def __init__(self, test, name):
        template, _, instance = name.partition("@")
        file = test.prefix / "lib/systemd/system" / (template + ("@" if instance else "") + ".service")
        text = test.here(file.read_text()).replace("%i", instance)
        def values(key):
            return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)
        credentials = test.folder / f"credentials-{name}"
        credentials.mkdir(exist_ok=True)
        for credential in values("LoadCredential"):
            id_, source = credential.split(":")
            (credentials / id_).write_text(pathlib.Path(source).read_text())
        for folder in [word for line in values("StateDirectory") for word in line.split()]:
            (test.folder / "var-lib" / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        environment = dict(test.environment)
        for line in values("EnvironmentFile"):
            lines = pathlib.Path(line.removeprefix("-")).read_text().splitlines()
            environment |= dict(pair.split("=", 1) for pair in lines)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = str(test.folder / f"notify-{name}-{len(list(test.folder.iterdir()))}")
        self.notify.bind(path)
        self.journal = test.folder / f"journal-{name}"
        with open(self.journal, "a") as journal:
            found = os.fstat(journal.fileno())
            environment |= {"NOTIFY_SOCKET": path,
                            "WATCHDOG_USEC": str(int(values("WatchdogSec")[0]) * 1_000_000),
                            "JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
            self.process = subprocess.Popen(
                shlex.split(values("ExecStart")[0].replace("%d", str(credentials))),
                stdout=journal, stderr=journal, env=environment, cwd="/")
        self.reload_command = values("ExecReload")
        test.addCleanup(self.notify.close)
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        self.heard = []
        world.wait_for(f"{name} to be ready", lambda: "READY=1" in self.listen()
                       or self.process.poll() is not None)
        test.assertIsNone(self.process.poll(), self.journal.read_text())

    def listen(self):
        while True:
            try:
                self.heard.append(self.notify.recv(4096, socket.MSG_DONTWAIT).decode())
            except BlockingIOError:
                return self.heard

    def stop(self, test):
        self.process.send_signal(signal.SIGTERM)
        test.assertEqual(self.process.wait(timeout=20), 0, self.journal.read_text())
        test.assertTrue(self.listen()[-1].startswith("STOPPING=1"))


class Guide(Secure):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "usr-local"
        self.etc = self.folder / "etc"
        self.state = self.folder / "var-lib" / "fovea" / "site"
        self.environment |= {"PATH": f"{self.prefix}/bin:{os.environ['PATH']}",
                             "XDG_CACHE_HOME": str(self.folder / "cache")}
        self.build = pathlib.Path(self.fovea).resolve().parents[1]
        self.units = {}
        self.log_port = world.free_port()

    def here(self, text):
        text = text.replace("XDG_CACHE_HOME=/var/cache", "")
        for documented, tested in [
                ("/tmp/diagnosis", f"{self.folder}/diagnosis"),
                ("./dev install", f"python3 {INSTALL} install {self.build}"),
                ("./dev uninstall", f"python3 {INSTALL} uninstall"),
                ("systemd-sysusers", f"systemd-sysusers --root={self.folder}/root"),
                ("/usr/local", str(self.prefix)), ("/etc/fovea", str(self.etc)),
                ("/var/lib/", f"{self.folder}/var-lib/"),
                ("sudo --user=fovea ", ""), ("sudo ", ""), ("--group=fovea ", ""), ("--owner=fovea ", ""),
                ("nats-server --signal reload", f"kill -HUP {getattr(self, 'nats_pid', 0)}"),
                ("10.0.0.7", "127.0.0.1:1"), ("127.0.0.1:9000", f"127.0.0.1:{self.log_port}")]:
            text = text.replace(documented, tested)
        return super().here(text)

    def systemctl(self, *words):
        words = [word for word in words if word not in ("--now", "sudo", "systemctl")]
        if words[0] == "enable":
            self.units[words[1]] = Unit(self, words[1])
        elif words[0] == "disable":
            self.units.pop(words[1]).stop(self)
        elif words[0] == "restart":
            self.units[words[1]].stop(self)
            self.units[words[1]] = Unit(self, words[1])
        elif words[0] == "reload":
            unit = self.units[words[1]]
            self.assertEqual(unit.reload_command, ["/bin/kill -HUP $MAINPID"])
            unit.process.send_signal(signal.SIGHUP)
        else:
            self.fail(f"this test does not know what 'systemctl {words[0]}' does")

    def write_documented_files(self, site_url, gate_url):
        text = GUIDE.read_text()
        for name, start in [("site.yaml", "site: plant\nlisten"), ("site.env", "YARD_PASSWORD"),
                            ("camera-gate.yaml", "bus: tls")]:
            block = next(block for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
                         if block.startswith(start))
            for user, url in [("plant", site_url), ("plant.gate", gate_url)]:
                block = block.replace(
                    f"tls://{user}:PASSWORD@hub.local:4222?ca=CERTIFICATE", url)
            (self.folder / name).write_text(self.here(block))

    def start_bus(self, take):
        """As the guide says; the printed addresses."""
        urls = [self.run_line(take("sudo --user=fovea fovea device add")).strip()
                for _ in range(2)]
        (self.folder / "nats.conf").write_text(self.here(documented_nats_conf()))
        self.run_line(take("sudo install"))
        nats = self.start_line(take("sudo --user=fovea nats-server"))
        world.wait_for("nats-server", lambda: "Server is ready" in nats.log.read_text())
        self.nats_pid, self.nats = nats.pid, nats
        return urls

    def devices(self):
        _, _, text = self.open("/api/v1/devices", {"Authorization": "Bearer " + self.token})
        return {device["id"]: device for device in json.loads(text)["devices"]}

    def test_every_command_works_as_it_stands_there(self):
        todo = documented_commands()
        def take(start):
            command = todo.pop(0)
            self.assertTrue(command.startswith(start), f"the guide says {command}, not {start}")
            return command
        self.run_line(take("./dev install /usr/local"))
        users = take("sudo systemd-sysusers")
        (self.folder / "root" / "etc").mkdir(parents=True)
        if os.geteuid() == 0:  # it makes files of root's
            self.run_line(users)
            self.assertRegex((self.folder / "root/etc/passwd").read_text(), r"(?m)^fovea:")
        for _ in range(2):
            self.run_line(take("sudo install -d"))
        self.write_documented_files(*self.start_bus(take))
        for _ in range(2):
            self.run_line(take("sudo install"))
        self.assertEqual((self.etc / "site.env").stat().st_mode & 0o777, 0o600)

        self.systemctl(*take("sudo systemctl enable --now fovea-site").split())
        self.run_at_terminal(take("sudo --user=fovea fovea user add anna"), PASSWORD, PASSWORD)
        world.wait_for("the running site's notice of anna",
                       lambda: isinstance(self.sign_in("anna"), dict))
        take("systemctl status fovea-site")
        world.wait_for("the status", lambda: any("1 of 2 devices live" in line for line in
                                                 self.units["fovea-site"].listen()))
        self.systemctl(*take("sudo systemctl reload").split())
        self.run_line(take("sudo install"))
        self.systemctl(*take("sudo systemctl enable --now fovea-camera@gate").split())
        self.assertEqual(take("journalctl"), "journalctl -u fovea-site -p warning")
        journal = self.units["fovea-site"].journal
        world.wait_for("the warning about yard", lambda: "<4>camera yard" in journal.read_text())
        self.assertNotIn("secret", journal.read_text())

        log = self.start_line(take("fovea site --listen"))
        world.wait_for("the log file", (self.folder / "site.log").exists)
        self.ends_within(log, 2.5)

        self.check_devices(take)
        before = os.stat(self.prefix / "bin" / "fovea").st_ino
        self.run_line(take("./dev install /usr/local"))
        self.assertNotEqual(os.stat(self.prefix / "bin" / "fovea").st_ino, before)
        self.assertIn("bus_open: false", self.run_line(take("sudo sh -c 'set -a;")))
        self.run_line(take("sudo --user=fovea fovea device write"))
        self.run_line(take("sudo nats-server --signal reload"))
        world.wait_for("the reload", lambda: "Reloaded" in self.nats.log.read_text())
        self.systemctl(*take("sudo systemctl restart").split())
        world.wait_for("hall with its name", lambda: (self.devices().get("hall") or {})
                       .get("name") == "Hall, north")

        self.run_line(take("sudo --user=fovea fovea site --config"))
        facts = json.loads((self.folder / "diagnosis.json").read_text())
        self.assertIn("hall", [device["id"] for device in facts["running"]["devices"]],
                      facts["problems"])
        self.systemctl(*take("sudo systemctl disable --now fovea-site").split())
        self.run_line(take("./dev uninstall"))
        self.assertFalse(self.prefix.exists())
        self.assertTrue((self.state / "site.db").exists() and (self.etc / "site.yaml").exists())
        self.assertEqual(todo, [], "commands of the guide that this test does not run")

    def check_devices(self, take):
        self.token = self.run_line(take("TOKEN=$(").removeprefix("TOKEN=$(").removesuffix(")")).strip()
        self.environment["TOKEN"] = self.token
        world.wait_for("the notice of the token", lambda: self.open(
            "/api/v1/devices", {"Authorization": "Bearer " + self.token})[0] == 200)
        self.run_line(take("sudo cp"))
        function = take("api()")
        def call():
            return json.loads(self.run_line(function + "\n" + take("api -X PATCH")))
        world.wait_for("gate", lambda: (self.devices().get("gate") or {}).get("state") == "live")
        self.assertTrue(call()["paused"])
        renamed = call()
        self.assertEqual((renamed["paused"], renamed["name"]), (False, "Hall, north"))
        self.systemctl(*take("sudo systemctl disable --now fovea-camera@gate").split())
        world.wait_for("gate's end", lambda: self.devices()["gate"]["state"] == "away")
        self.run_line(function + "\n" + take("api -X DELETE"))
        self.assertNotIn("gate", self.devices())
        waiting = json.loads(self.run_line(function + "\n" + take("api https")))
        self.assertEqual(waiting["waiting"], [])
        self.run_line(function + "\n" + take("api -X PUT"))


if __name__ == "__main__":
    world.main()
