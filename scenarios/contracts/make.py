#!/usr/bin/env python3
"""Writes what 2b05a26/ holds: what users of that commit rely on, made by its own program.

Usage: make.py FOVEA, a release build of exactly commit 2b05a26, plug-ins beside it. cameras.yaml and
site.yaml are written by hand; all else there is made anew, with new secrets, which open nothing but
what lies beside them. A later release that is to be held as well gets a folder of its own, by its
own program.
"""
import json
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/site")
import client  # noqa: E402
import commands  # noqa: E402
import kept_state  # noqa: E402
import observed  # noqa: E402
import world  # noqa: E402
from observed import MADE, PASSWORD  # noqa: E402

NET = world.ROOT / "src" / "infer" / "testdata" / "logits_nchw.onnx"
# Each was seen once; the events that a site and its cameras have.
VARIANTS = {
    "frame jpeg", "frame h264 key", "frame h264 delta", "frame main", "mask site", "mask device",
    "result site", "result device", "result site repeated", "alert raised", "alert ended", "status",
    "status main", "command keyframe", "command main"}


def text_of(value, depth, indent=1):
    """JSON whose members have a line each down to a depth; what is deeper stands in its line."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, sort_keys=True)
    lines = [f"{' ' * indent}{json.dumps(name)}: {text_of(value[name], depth - 1, indent + 1)}"
             for name in sorted(value)]
    return "{\n" + ",\n".join(lines) + f"\n{' ' * (indent - 1)}}}"


def write(name, document, depth):
    (MADE / name).write_text(text_of(document, depth) + "\n")


def without_load(seen):
    """Nothing that is only to be seen of a machine that has too much to do."""
    for devices in (seen["answers"]["/api/v1/devices"], seen["live"]["devices"]):
        devices["devices"][0]["adaptation"] = "null"
    seen["answers"]["/api/v1/devices/{id}"]["adaptation"] = "null"
    labels = seen["metrics"]["fovea_bus_dropped_total"]["labels"]
    labels["place"] = {"subscription": "there"}
    return seen


class Make(observed.Observed):
    def run_fovea(self, *words, text=""):
        return subprocess.run([self.fovea, *map(str, words)], input=text, capture_output=True,
                              text=True, check=True, env=self.environment).stdout

    def test_all(self):
        self.without_models()
        self.make_package()
        self.observe()
        write("commands.json", commands.run_all(self.fovea, MADE, self.scratch("commands"),
                                                self.environment), depth=1)
        write("options.json", commands.options_of(self.fovea, self.environment), depth=1)
        self.make_state()
        (MADE / "site.check.yaml").write_text(self.check_every_key())

    def scratch(self, name):
        folder = self.folder / name
        folder.mkdir()
        return folder

    def make_package(self):
        """A network of a few bytes: the class of a pixel is its strongest colour, or none."""
        for name in ("tiny", "tiny-result"):
            shutil.rmtree(MADE / name, ignore_errors=True)
        for name in ("signer", "signer.pub"):
            (MADE / name).unlink(missing_ok=True)
        folder = self.scratch("net")
        shutil.copy(NET, folder / "net.onnx")
        manifest = json.loads(self.run_fovea("model", "inspect", folder / "net.onnx"))
        manifest["input"] |= {"mean": [0, 0, 0], "scale": [1, 1, 1]}
        (folder / "net.manifest.json").write_text(json.dumps(manifest))
        self.run_fovea("model", "package", folder / "net.onnx", "--output", MADE / "tiny", "--name",
                       "tiny", "--version", "3", "--licence", "MIT", "--training-data", "none")
        self.run_fovea("model", "key", MADE / "signer")
        self.run_fovea("model", "sign", MADE / "tiny", "--key", MADE / "signer")
        observed.draw(folder / "a.png")
        subprocess.run([self.fovea, "infer", "--model", MADE / "tiny", "--output",
                        MADE / "tiny-result", "a.png"], cwd=folder, check=True, env=self.environment)
        (MADE / "tiny-result" / "a.overlay.jpg").unlink()

    def observe(self):
        self.begin()
        self.act()
        world.wait_for("all events", lambda: VARIANTS <= set(self.ear.events))
        end = time.monotonic() + 20
        while time.monotonic() < end:
            self.look()
        self.lose_the_broker()
        end = time.monotonic() + 5
        while time.monotonic() < end:
            self.look()
        write("seen.json", without_load(self.seen), depth=2)
        write("events.json", self.ear.events, depth=2)
        write("openapi.json", self.client.json("/api/v1/openapi.json"), depth=3)
        self.ends_within(self.process, 10)

    def make_state(self):
        self.state = self.folder / "plant"
        users = {"anna": "admin", "olaf": "operate", "wall": "view"}
        known = {"users": {}, "token": {"name": "script", "scope": "operate"}, "bus": {}}
        on_state = ["--site", "plant", "--state", self.state]
        for user, role in users.items():
            known["users"][user] = {"role": role, "password": f"{user}'s {PASSWORD}"}
            self.run_fovea("user", "add", user, "--role", role, "--password-stdin", *on_state,
                           text=known["users"][user]["password"] + "\n")
        known["token"]["secret"] = self.run_fovea("user", "token", "add", "script", "--scope",
                                                  "operate", *on_state).strip()
        known["bus"][""] = self.run_fovea("device", "add", "--for-site", *on_state).strip()
        known["bus"]["yard"] = self.run_fovea("device", "add", "yard", *on_state).strip()
        known |= self.change_by_the_page(known["users"]["anna"]["password"])
        write("state.json", known, depth=3)
        (MADE / "state.sql").write_text(kept_state.dumped(self.state / "site.db"))
        shutil.copy(self.state / "nats-users.conf", MADE)
        kept_state.restore(MADE, self.folder / "again")
        strip = re.compile(r"INSERT INTO \"?session\"?.*")
        self.assertEqual(*(strip.sub("", kept_state.dumped(folder / "site.db"))
                           for folder in (self.state, self.folder / "again")))
        self.assertEqual(sorted(file.name for file in self.state.iterdir()),
                         ["lock", "nats-users.conf", "site.db"], "more than what is kept")

    def change_by_the_page(self, password):
        config = self.folder / "plant.yaml"
        config.write_text(observed.STATE_CONFIG)
        site = self.start_site("--config", config, "--state", self.state)
        anna = client.signed_in(self.site, "anna", password)
        for device, change in (
                ("hall", {"fps_max": 4, "weight": 2, "gating": False, "name": "Hall, north"}),
                ("gate", {"paused": True, "model": "fovea-factory"})):
            self.assertIn(anna.status("PATCH", f"/api/v1/devices/{device}", change), (200, 202))
        self.assertEqual(anna.status("PUT", "/api/v1/rules/page", {
            "device": "hall", "operators": [
                {"zone": {"polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "label": "person"}},
                {"threshold": {"above": 0}}]}), 200)
        self.assertEqual(anna.status("POST", "/api/v1/cameras", {
            "name": "porch", "source": "rtsp://me:planted@127.0.0.1:1/main"}), 201)
        world.wait_for("the alert", lambda: any(
            rule["status"]["raised"] for rule in anna.json("/api/v1/rules")["rules"]))
        cookie = anna.headers["Cookie"].split("=", 1)
        facts = {"session": {"user": "anna", "secret": cookie[1],
                             "csrf": anna.headers["X-Fovea-Csrf"],
                             "cookies": {"http": cookie[0], "https": "__Host-" + cookie[0]}},
                 "answers": observed.kept_answers(anna)}
        self.ends_within(site, 10)
        return facts


if __name__ == "__main__":
    world.main()
