"""What scenarios of a site have in common: programs that run beside the test, HTTP, waiting."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

DATA = os.environ.get("FOVEA_DATA", "")
DEEPLAB = DATA + "/models/deeplabv3_mnv2_dm05_pascal_quant.tflite"
VIDEOS = [DATA + "/videos/bottle-detection.mp4", DATA + "/videos/car-detection.mp4"]
ROOT = pathlib.Path(__file__).parents[2]
needs_data = unittest.skipUnless(DATA, "needs FOVEA_DATA")
# A mount of one's own: root has it, others by a user namespace where the machine allows that.
UNSHARE = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])


def can_mount():
    try:
        return subprocess.run(UNSHARE + ["mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                              capture_output=True).returncode == 0
    except OSError:
        return False


def proc(pid):
    """The folder in /proc of a process that we started. In some containers and chroots /proc shows
    an outer process namespace, where the process has another number."""
    here = pathlib.Path("/proc/self/stat").read_text().split()[0]
    if here == str(os.getpid()):
        return pathlib.Path(f"/proc/{pid}")
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            numbers = re.search(r"^NSpid:(.*)$", status.read_text(), re.MULTILINE)[1].split()
            same = os.readlink(status.parent / "ns/pid") == os.readlink("/proc/self/ns/pid")
        except OSError:
            continue  # it has ended, or is somebody else's
        if same and numbers[-1] == str(pid):
            return status.parent
    raise FileNotFoundError(f"process {pid} is not in /proc")


def wait_for(what, condition, limit=60):
    """Polls until the condition is true; its value."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {limit} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Case(unittest.TestCase):
    fovea = ""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fovea-site-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}

    def start(self, *arguments):
        """Runs `fovea ARGUMENTS`; killed at the end. Its output goes to a file of the folder."""
        log = open(self.folder / f"log-{len(list(self.folder.glob('log-*')))}", "w+")
        process = subprocess.Popen([self.fovea, *map(str, arguments)], stdout=log,
                                   stderr=subprocess.STDOUT, env=self.environment)
        process.log = pathlib.Path(log.name)
        log.close()
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start_nats(self):
        port = free_port()
        self.nats = subprocess.Popen(["nats-server", "-a", "127.0.0.1", "-p", str(port)],
                                     stderr=subprocess.DEVNULL)
        self.addCleanup(self.nats.wait)
        self.addCleanup(self.nats.kill)
        def open_port():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        wait_for("nats-server's port", open_port)
        return f"nats://127.0.0.1:{port}"

    def url_of(self, process):
        """The address that a site or a demo prints when it is ready."""
        def printed():
            text = process.log.read_text()
            self.assertIsNone(process.poll(), text)
            return re.search(r"(http://127\.0\.0\.1:\d+)/\n", text)
        return wait_for("the printed address", printed)[1]

    def start_site(self, *arguments):
        process = self.start("site", "--listen", "127.0.0.1:0", *arguments)
        self.site = self.url_of(process)
        return process

    def start_camera(self, bus, device, source, *arguments, site="plant"):
        return self.start("camera", "--site", site, "--device", device, "--source", source, "--bus",
                          bus, *arguments)

    def get(self, path):
        with urllib.request.urlopen(self.site + path, timeout=20) as answer:
            return json.load(answer)

    def call(self, method, path, change=None):
        """Status and document; None: there is none."""
        body = None if change is None else json.dumps(change).encode()
        request = urllib.request.Request(self.site + path, body,
                                         {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def patch(self, path, change):
        """Status and document."""
        return self.call("PATCH", path, change)

    def device(self, name):
        for device in self.get("/api/v1/devices")["devices"]:
            if device["id"] == name:
                return device
        return None

    def wait_device(self, name, condition, limit=60):
        last = [None]
        def holds():
            last[0] = self.device(name)
            return last[0] and condition(last[0]) and last[0]
        try:
            return wait_for(name, holds, limit)
        except AssertionError as late:
            raise AssertionError(f"{late}; last seen: {last[0]}") from None

    def ends_within(self, process, seconds):
        """In time and by itself: a part that its EndGuard has to leave behind makes the status 1."""
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 0, process.log.read_text())
        self.assertLess(time.monotonic() - begin, seconds)


def main():
    Case.fovea = sys.argv.pop(1)
    unittest.main()
