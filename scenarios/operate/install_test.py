#!/usr/bin/env python3
"""The installed tree: moved, upgraded while it runs, removed without a trace; its units verified.

Usage: install_test.py FOVEA [unittest arguments]; FOVEA lies in the build folder that is installed.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "site"))
import world  # noqa: E402

INSTALL = world.ROOT / "tools" / "dev" / "install.py"
MANIFEST = "share/fovea/manifest"
# What systemd-analyze says of the units; 10 is no protection at all.
EXPOSURE_MAX = 2.0


def files_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


class Install(world.Case):
    def setUp(self):
        super().setUp()
        self.build = pathlib.Path(self.fovea).resolve().parents[1]
        self.prefix = self.folder / "tree"
        self.state = self.folder / "own" / "state"

    def run_install(self, *arguments, status=0):
        done = subprocess.run(["python3", INSTALL, *map(str, arguments)], capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def install(self, **options):
        return self.run_install("install", self.build, self.prefix, **options)

    def manifest(self):
        return (self.prefix / MANIFEST).read_text().splitlines()

    def test_what_is_installed_is_listed_and_goes_again(self):
        self.install()
        names = self.manifest()
        self.assertEqual({name for name in names if not name.endswith("/")},
                         files_below(self.prefix))
        for name in ["bin/fovea", "lib/fovea/libfovea_ffmpeg.so", "share/doc/fovea/LICENSE",
                     "share/fovea/example.yaml", "lib/systemd/system/fovea-site.service"]:
            self.assertIn(name, names)
        for path in self.prefix.rglob("*"):
            self.assertEqual(path.stat().st_mode & 0o444, 0o444, path)
        self.run_install("uninstall", self.prefix)
        self.assertFalse(self.prefix.exists())

    def test_what_others_have_there_stays(self):
        theirs = self.prefix / "bin" / "theirs"
        theirs.parent.mkdir(parents=True)
        theirs.write_text("theirs")
        self.install()
        (self.prefix / "share" / "fovea" / "notes").write_text("mine")
        self.run_install("uninstall", self.prefix)
        self.assertEqual(files_below(self.prefix), {"bin/theirs", "share/fovea/notes"})

    def test_a_file_that_is_not_ours_is_not_replaced(self):
        theirs = self.prefix / "bin" / "fovea"
        theirs.parent.mkdir(parents=True)
        theirs.write_text("theirs")
        self.assertIn("not ours", self.install(status=1))
        self.assertEqual(files_below(self.prefix), {"bin/fovea"})
        self.assertIn("nothing was installed",
                      self.run_install("uninstall", self.prefix, status=1))

    def test_a_manifest_that_leads_elsewhere_is_not_followed(self):
        precious = self.folder / "precious"
        precious.write_text("mine")
        self.install()
        for name in ["../precious", str(precious)]:
            (self.prefix / MANIFEST).write_text(f"bin/fovea\n{name}\n")
            self.assertIn("none of ours", self.run_install("uninstall", self.prefix, status=1))
            self.assertTrue(precious.exists())
            self.assertTrue((self.prefix / "bin/fovea").exists())

    @world.needs_data
    def test_the_tree_works_where_it_is_moved_to(self):
        self.install()
        moved = self.folder / "elsewhere" / "fovea 2"
        moved.parent.mkdir()
        self.prefix.rename(moved)
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "cache")
        picture = world.DATA + "/images/bus.jpg"
        done = subprocess.run([moved / "bin" / "fovea", "infer", "--model", world.DEEPLAB,
                               "--output", self.folder / "out", picture],
                              capture_output=True, text=True, env=self.environment, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.folder / "out" / "bus.mask.png").stat().st_size > 100)

        self.fovea = str(moved / "bin" / "fovea")
        site = self.start_site("--camera", "cars=file:" + world.VIDEOS[1], "--model", world.DEEPLAB)
        self.wait_device("cars", lambda d: d["result_fps"] and not d["error"], 90)
        maps = (world.proc(site.pid) / "maps").read_text()
        loaded = set(re.findall(r"/\S.*/(?:lib(?:fovea|openvino|tbb)\S*)$", maps, re.MULTILINE))
        self.assertGreater(len(loaded), 4)
        for library in loaded:
            self.assertTrue(library.startswith(str(moved)), library)
        self.ends_within(site, 2.5)

    def test_an_upgrade_beside_the_running_site_keeps_its_state(self):
        self.install()
        # As an older version might have left it: a file that the new one does not have.
        old = self.prefix / "lib" / "fovea" / "old" / "libfovea_old.so"
        old.parent.mkdir()
        old.write_text("old")
        with open(self.prefix / MANIFEST, "a") as manifest:
            manifest.write("lib/fovea/old/\nlib/fovea/old/libfovea_old.so\n")
        self.fovea = str(self.prefix / "bin" / "fovea")
        arguments = ("--state", self.state, "--camera", "hall=synthetic:1")
        site = self.start_site(*arguments)
        self.wait_device("hall", lambda d: d["state"] == "live")
        self.assertEqual(self.patch("/api/v1/devices/hall", {"weight": 7})[0], 200)
        running = (self.prefix / "bin" / "fovea").stat().st_ino
        self.install()
        self.assertNotEqual((self.prefix / "bin" / "fovea").stat().st_ino, running)
        self.assertFalse(old.parent.exists(), "what the new version does not have is gone")
        frames = self.device("hall")["frames"]
        self.wait_device("hall", lambda d: d["frames"] > frames + 5)
        self.ends_within(site, 2.5)
        self.start_site(*arguments)
        self.wait_device("hall", lambda d: d["state"] == "live")
        weight = self.get("/api/v1/devices/hall")["settings"]["weight"]
        self.assertEqual(weight, {"value": 7, "from": "state"})
        self.run_install("uninstall", self.prefix)
        self.assertFalse(self.prefix.exists())
        self.assertTrue((self.state / "site.db").exists())

    @unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd-analyze")
    def test_the_units_are_sound_and_hardened(self):
        self.install()
        units = self.prefix / "lib" / "systemd" / "system"
        for unit in ["fovea-site.service", "fovea-camera@.service"]:
            with self.subTest(unit):
                text = (units / unit).read_text()
                self.assertNotIn("@PREFIX@", text)
                self.assertIn(f"ExecStart={self.prefix}/bin/fovea", text)
                done = subprocess.run(["systemd-analyze", "verify", "--man=no", units / unit],
                                      capture_output=True, text=True, timeout=60)
                complaints = [line for line in done.stderr.splitlines() if "fovea" in line]
                self.assertEqual((done.returncode, complaints), (0, []), done.stderr)
                done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager",
                                       units / unit], capture_output=True, text=True, timeout=60)
                level = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
                self.assertLessEqual(float(level[1]), EXPOSURE_MAX, done.stdout)


if __name__ == "__main__":
    world.main()
