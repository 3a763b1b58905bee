#!/usr/bin/env python3
"""State and cache folders on a full disk, and a state folder of another version.

Usage: disk_test.py FOVEA [unittest arguments]
"""
import hashlib
import pathlib
import shlex
import sqlite3
import subprocess
import unittest

import plant
import world

SMALL_DISK = "mount -t tmpfs -o size=200k tmpfs {folder}"


class Disk(plant.Plant):
    def start_on_small_disk(self, folder, *arguments):
        """A site that sees a disk of 200 KiB at `folder`; self.disk is that disk from here."""
        folder.mkdir()
        command = shlex.join([self.fovea, "site", "--listen", "127.0.0.1:0", *map(str, arguments)])
        script = SMALL_DISK.format(folder=shlex.quote(str(folder))) + " && exec " + command
        real, self.fovea = self.fovea, world.UNSHARE[0]
        try:
            process = self.start(*world.UNSHARE[1:], "sh", "-c", script)
        finally:
            self.fovea = real
        self.site = self.url_of(process)
        self.disk = pathlib.Path(f"{world.proc(process.pid)}/root{folder}")
        return process

    def fill_disk(self):
        filler = self.disk / "filler"
        try:
            with filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 512)
        except OSError:
            return filler

    @unittest.skipUnless(world.can_mount(), "needs a mount namespace")
    def test_a_full_state_folder(self):
        folder = self.folder / "state"
        process = self.start_on_small_disk(folder, "--camera", "yard=synthetic:1", "--state", folder)
        self.wait_live("yard")
        filler = self.fill_disk()
        for _ in range(3):
            status, problem = self.patch("/api/v1/devices/yard", {"fps_max": 3})
            self.assertEqual(status, 503, problem)
            self.assertIn("full", problem["detail"])
        self.assertIsNone(self.get("/api/v1/devices/yard")["settings"]["fps_max"]["value"])
        self.wait_fresh_frames("yard")
        filler.unlink()
        status, device = self.patch("/api/v1/devices/yard", {"fps_max": 3})
        self.assertEqual((status, device["settings"]["fps_max"]["value"]), (200, 3))
        self.ends_within(process, plant.END_S)

    @world.needs_data
    @unittest.skipUnless(world.can_mount(), "needs a mount namespace")
    def test_a_full_cache_folder(self):
        folder = self.folder / "cache"
        self.environment["XDG_CACHE_HOME"] = str(folder)
        self.start_on_small_disk(folder, "--camera", "yard=synthetic:1", "--model", world.DEEPLAB)
        self.wait_results("yard")
        errors = sum(c["value"] for c in self.get("/api/v1/system")["counters"]
                     if c["name"] == "fovea_compile_cache_errors_total")
        self.assertGreater(errors, 0)
        self.assertFalse([path for path in self.disk.rglob("*") if path.is_file()
                          and path.suffix == ".compiled"], "no half of a file is left")

    def old_state(self, version=1):
        """A state folder as version 1 wrote it."""
        folder = self.folder / "old"
        folder.mkdir(mode=0o700)
        database = sqlite3.connect(folder / "site.db")
        database.executescript(f"""
            CREATE TABLE override (device TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
                                   PRIMARY KEY (device, key)) WITHOUT ROWID;
            INSERT INTO override VALUES ('yard', 'fps_max', '7');
            PRAGMA user_version = {version};""")
        database.close()
        return folder

    def test_the_first_versions_state_is_taken_over(self):
        folder = self.old_state()
        process = self.start_site("--camera", "yard=synthetic:1", "--state", folder)
        self.wait_live("yard")
        self.assertEqual(self.get("/api/v1/devices/yard")["settings"]["fps_max"],
                         {"value": 7, "from": "state"})
        self.ends_within(process, plant.END_S)
        self.start_site("--camera", "yard=synthetic:1", "--state", folder)
        self.wait_live("yard")
        self.assertEqual(self.get("/api/v1/devices/yard")["settings"]["fps_max"]["value"], 7)

    def test_a_newer_versions_state_is_left_alone(self):
        folder = self.old_state(version=1000)
        before = hashlib.sha256((folder / "site.db").read_bytes()).hexdigest()
        process = self.start("site", "--listen", "127.0.0.1:0", "--state", folder)
        self.assertIn(process.wait(timeout=30), (1, 2))
        self.assertIn("newer Fovea", process.log.read_text())
        self.assertEqual(hashlib.sha256((folder / "site.db").read_bytes()).hexdigest(), before)


if __name__ == "__main__":
    world.main()
