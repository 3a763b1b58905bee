#!/usr/bin/env python3
"""The program as a service: what it tells systemd, and where its log goes.

Usage: service_test.py FOVEA [unittest arguments]
"""
import ctypes
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "site"))
import world  # noqa: E402

WATCHDOG_S = 1.5
# A part counts as hanging after 10 s; the rest is for a machine that runs other tests as well.
HANGING_S = 25


class Frozen:
    """One thread of a child of ours, held still by ptrace while the others go on."""

    SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
    WALL = 0x40000000

    def __init__(self, process, name):
        self.thread = next(int(re.search(r"^NSpid:.*?(\d+)$", text, re.MULTILINE)[1])
                           for text in self.statuses(process)
                           if re.search(rf"^Name:\s+{name}$", text, re.MULTILINE))
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        if self.libc.ptrace(self.SEIZE, self.thread, None, None) != 0:
            raise unittest.SkipTest("this machine lets no test hold a thread (ptrace)")
        self.libc.ptrace(self.INTERRUPT, self.thread, None, None)
        os.waitpid(self.thread, self.WALL)

    @staticmethod
    def statuses(process):
        return [status.read_text()
                for status in (world.proc(process.pid) / "task").glob("*/status")]

    def release(self):
        self.libc.ptrace(self.DETACH, self.thread, None, None)

    def ended(self):
        """Whether it was killed with its process, which cannot go before we have heard of it."""
        return os.waitpid(self.thread, self.WALL | os.WNOHANG)[0] == self.thread


class Service(world.Case):
    def setUp(self):
        super().setUp()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(str(self.folder / "notify"))
        self.environment |= {"NOTIFY_SOCKET": str(self.folder / "notify"),
                             "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6))}
        self.heard = []

    def listen(self):
        """All that was heard so far."""
        while True:
            try:
                self.heard.append(self.socket.recv(4096, socket.MSG_DONTWAIT).decode())
            except BlockingIOError:
                return self.heard

    def wait_heard(self, what):
        return world.wait_for(what, lambda: [line for line in self.listen() if line.startswith(what)])

    def silent(self):
        """Whether no ping came for two watchdogs."""
        before = self.listen().count("WATCHDOG=1")
        end = time.monotonic() + 2 * WATCHDOG_S
        while time.monotonic() < end:
            if self.listen().count("WATCHDOG=1") > before:
                return False
            time.sleep(0.05)
        return True

    def wait_pings(self, count):
        before = self.listen().count("WATCHDOG=1")
        world.wait_for(f"{count} pings",
                       lambda: self.listen().count("WATCHDOG=1") >= before + count)

    def ends(self, process):
        self.ends_within(process, 2.5)
        self.assertEqual(self.listen()[-1].split("\n")[0], "STOPPING=1")

    def test_a_site_tells_that_it_serves_and_lives(self):
        site = self.start_site("--camera", "hall=synthetic:1")
        self.assertEqual(self.wait_heard("READY=1"), ["READY=1"])
        self.wait_pings(3)
        status = self.wait_heard("STATUS=")
        self.assertIn("1 of 1 devices live", world.wait_for("the live camera", lambda: [
            line for line in self.listen() if "1 of 1" in line])[0], status)
        self.ends(site)

    def test_a_service_that_asks_nobody_to_sign_in_warns(self):
        config = self.folder / "site.yaml"
        for sign_in, warnings in [("beyond_loopback", 1), ("always", 0)]:
            config.write_text(f"sign_in: {sign_in}\n")
            site = self.start_site("--config", config)
            world.wait_for("the sign that it serves", lambda: self.listen().count("READY=1"))
            self.assertEqual(site.log.read_text().count("nobody has to sign in at http://127"),
                             warnings)
            self.ends(site)
            self.heard.clear()

    def test_a_thread_that_hangs_ends_the_pings(self):
        site = self.start_site("--camera", "hall=synthetic:1")
        self.wait_pings(1)
        for thread in ["net-io", "warden", "camera status"]:
            with self.subTest(thread):
                frozen = Frozen(site, thread)
                self.addCleanup(frozen.release)
                world.wait_for("the end of the pings", self.silent, HANGING_S)
                self.assertIn("hangs; the watchdog is not told", site.log.read_text())
                frozen.release()
                self.wait_pings(2)
        self.ends(site)

    def test_a_part_that_does_not_end_is_left_behind_and_the_status_tells(self):
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "no-models")
        self.environment.pop("FOVEA_DATA", None)  # a model that still loads is no fault
        site = self.start_site("--camera", "hall=synthetic:1")
        frozen = Frozen(site, "warden")
        site.send_signal(signal.SIGTERM)
        world.wait_for("the end without it", frozen.ended, 20)
        self.assertEqual(site.wait(timeout=20), 1)
        self.assertIn("a part does not end in time; leaving without it", site.log.read_text())

    def test_a_camera_is_ready_when_it_tries(self):
        camera = self.start_camera(f"nats://127.0.0.1:{world.free_port()}", "yard", "synthetic:1")
        self.wait_heard("READY=1")
        self.wait_pings(2)
        self.wait_heard("STATUS=yard: ")
        camera.send_signal(signal.SIGSTOP)
        world.wait_for("the end of the pings", self.silent, HANGING_S)
        camera.send_signal(signal.SIGCONT)
        self.wait_pings(2)
        self.ends(camera)

    def test_who_it_starts_does_not_speak_in_its_name(self):
        told = self.folder / "told"
        self.start_camera(f"nats://127.0.0.1:{world.free_port()}", "yard",
                          f"exec:env > {told}.new; mv {told}.new {told}; sleep 300")
        world.wait_for("the command", told.exists)
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC"]:
            self.assertNotIn(name, told.read_text())

    def test_a_site_that_cannot_start_is_not_ready(self):
        done = subprocess.run([self.fovea, "site", "--listen", "nowhere"], capture_output=True,
                              env=self.environment, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(self.listen(), [])


class Log(world.Case):
    def test_to_the_journal_with_priorities(self):
        errors = self.folder / "stderr"
        with open(errors, "w") as file:
            found = os.fstat(file.fileno())
            self.environment["JOURNAL_STREAM"] = f"{found.st_dev}:{found.st_ino}"
            camera = subprocess.Popen([self.fovea, "camera", "--source", "exec:exit 1", "--bus",
                                       f"nats://127.0.0.1:{world.free_port()}"],
                                      stderr=file, env=self.environment)
        self.addCleanup(camera.wait)
        self.addCleanup(camera.kill)
        world.wait_for("a line", lambda: "camera" in errors.read_text())
        for line in errors.read_text().splitlines():
            self.assertRegex(line, r"^<[346]>[a-z]+")

    def test_to_a_file_of_its_owner(self):
        log = self.folder / "site.log"
        site = self.start_site("--camera", "hall=synthetic:1", "--log-file", log)
        world.wait_for("the camera's line", lambda: log.exists() and "live" in log.read_text())
        self.assertEqual(stat.S_IMODE(log.stat().st_mode), 0o600)
        self.ends_within(site, 2.5)
        self.assertNotIn("info", site.log.read_text())

    def test_a_file_that_cannot_be_written_stops_nothing(self):
        site = self.start_site("--camera", "hall=synthetic:1", "--log-file", "/dev/full")
        self.wait_device("hall", lambda d: d["state"] == "live")
        self.assertEqual(site.log.read_text().count("cannot be written"), 1, site.log.read_text())
        self.ends_within(site, 2.5)


if __name__ == "__main__":
    world.main()
