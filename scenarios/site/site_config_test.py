#!/usr/bin/env python3
"""The configuration of `fovea site` from outside: checked, printed, reloaded.

Usage: site_config_test.py FOVEA [unittest arguments]
"""
import re
import signal
import subprocess

import world

EXAMPLE = world.ROOT / "config" / "example.yaml"


def keys(text):
    """All keys of a YAML text in block style, whatever their depth."""
    return set(re.findall(r"^\s*(?:- )?([a-z_]+):", text, re.MULTILINE))


class SiteConfig(world.Case):
    def run_fovea(self, *arguments, status):
        done = subprocess.run([self.fovea, *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, env=self.environment)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def write(self, text):
        file = self.folder / "site.yaml"
        file.write_text(text)
        return file

    def test_the_example_is_valid_and_has_every_key(self):
        done = self.run_fovea("site", "--config", EXAMPLE, "--check", status=0)
        self.assertLessEqual(keys(done.stdout), keys(EXAMPLE.read_text()))
        self.assertGreater(len(keys(done.stdout)), 25)

    def test_what_is_printed_is_valid_itself(self):
        done = self.run_fovea("site", "--camera", "yard=synthetic:7", "--check", status=0)
        again = self.run_fovea("site", "--config", self.write(done.stdout), "--check", status=0)
        self.assertEqual(done.stdout, again.stdout)

    def test_secrets_are_masked(self):
        self.environment["YARD"] = "topsecret"
        file = self.write("bus: tls://me:${YARD}@host\n"
                          "cameras:\n- {name: yard, source: 'rtsp://me:${YARD}@host/x'}\n")
        done = self.run_fovea("site", "--config", file, "--check", status=0)
        self.assertNotIn("topsecret", done.stdout + done.stderr)
        self.assertIn("yard", done.stdout)

    def test_what_is_wrong_is_named_with_line_and_nearest_key(self):
        for text, words in [
                ("site: plant\nlisen: x\n", ["site.yaml:2", "'lisen'", "'listen'"]),
                ("cameras:\n- {name: a, source: 'synthetic:1',\n   qualty: 9}\n",
                 ["site.yaml:3", "'quality'"]),
                ("engine:\n  sessions: many\n", ["site.yaml:2", "'many'"]),
                ("bus: nats://${FOVEA_NOT_SET}@host\n", ["site.yaml:1", "FOVEA_NOT_SET"]),
                ("bus: carrier-pigeon://x\n", ["carrier-pigeon"]),
        ]:
            done = self.run_fovea("site", "--config", self.write(text), "--check", status=2)
            for word in words:
                self.assertIn(word, done.stderr)
            self.assertEqual(done.stderr.strip().count("\n"), 0, "one sentence")
        for arguments in [["--site", "a b"], ["--listen", "8080"], ["--camera", "nonsense"],
                          ["--camera", "a=b"], ["--config", "/no/such/file"], ["--nonsense"],
                          ["--listen", "0.0.0.0:0"],
                          ["--camera", "a=synthetic:1", "--camera", "a=synthetic:2"]]:
            done = self.run_fovea("site", *arguments, status=2)
            self.assertTrue(done.stderr.startswith("fovea"), done.stderr)

    def test_a_second_site_with_the_same_state_is_refused(self):
        self.start_site("--state", self.folder / "s")
        done = subprocess.run([self.fovea, "site", "--listen", "127.0.0.1:0", "--state",
                               self.folder / "s"], capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--state", done.stderr)

    def test_sighup_reloads_cameras_and_keeps_the_old_config_when_the_new_is_wrong(self):
        file = self.write("cameras:\n- {name: a, source: 'synthetic:1', size: 160x90}\n")
        site = self.start_site("--config", file)
        self.wait_device("a", lambda d: d["state"] == "live")
        file.write_text("cameras:\n- {name: a, source: 'synthetic:1', size: 160x90}\n"
                        "- {name: b, source: 'synthetic:2', size: 160x90}\n"
                        "devices: {c: {weight: 3}}\n")
        site.send_signal(signal.SIGHUP)
        self.wait_device("b", lambda d: d["state"] == "live")
        self.wait_device("c", lambda d: d["state"] in ("connecting", "away"))
        weight = self.get("/api/v1/devices/c")["settings"]["weight"]
        self.assertEqual(weight, {"value": 3, "from": "config"})

        file.write_text("camras: []\n")
        site.send_signal(signal.SIGHUP)
        world.wait_for("the reason", lambda: "'camras'" in site.log.read_text())
        self.wait_device("b", lambda d: d["state"] == "live" and d["last_frame_age_ms"] < 5000)

        file.write_text("cameras:\n- {name: b, source: 'synthetic:2', size: 160x90}\n")
        site.send_signal(signal.SIGHUP)
        self.wait_device("a", lambda d: d["state"] == "away")
        self.ends_within(site, 3)


if __name__ == "__main__":
    world.main()
