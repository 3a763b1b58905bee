"""What journeys have in common: something that happens before a camera, and those who want to know.

A journey goes from what a user has (a camera, a file, labelled pictures) to what a user wants: an
alert where somebody sees it, on the page in a browser, on the bus and at a webhook. `show()` is
what happens; `follow()` waits for the three and says how long they took.
"""
import asyncio
import datetime
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import unittest

import nats

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "site"))
import world  # noqa: E402

HERE = pathlib.Path(__file__).parent
PICTURES = HERE / "pictures"
CHROMIUM = os.environ.get("FOVEA_CHROMIUM", "/usr/bin/chromium")
PLAYWRIGHT = world.ROOT / "web" / "node_modules" / "@playwright"
needs_browser = unittest.skipUnless(os.access(CHROMIUM, os.X_OK) and PLAYWRIGHT.exists()
                                    and shutil.which("node"), "needs Chromium and Playwright")
# pictures/ are two moments of synthetic:1?activity=0.3&shake=off. The visitor comes in at the left.
VISITED = {"polygon": [[0, 0.5], [0.08, 0.5], [0.08, 0.85], [0, 0.85]], "class": "person"}
# Of machines that do something else meanwhile; what it takes is printed.
LATE_S = 10


def seconds_of(time):
    return datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


class Hook(http.server.ThreadingHTTPServer):
    """A server of the user's own, that webhooks are sent to."""

    def __init__(self, told):
        self.told = told
        super().__init__(("127.0.0.1", 0), HookRequest)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class HookRequest(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.told("webhook", json.loads(body), time.time())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Journey(world.Case):
    site_name = "plant"

    def setUp(self):
        super().setUp()
        self.environment.pop("FOVEA_DATA", None)  # nothing but what ships
        self.stage = self.folder / "stage.jpg"
        self.seen, self.lock = [], threading.Lock()  # (where, alert, when), as they come
        self.hook = Hook(self.told)
        self.addCleanup(self.hook.server_close)
        self.addCleanup(self.hook.shutdown)

    # What happens.

    def show(self, picture):
        """From now on this is what the camera sees; the moment."""
        fresh = self.folder / "next.jpg"
        shutil.copy(picture, fresh)
        os.replace(fresh, self.stage)
        return time.time()

    # Who wants to know.

    def told(self, where, alert, when):
        with self.lock:
            self.seen.append((where, alert, when))

    def listen(self, url, **options):
        """Any client of NATS on the bus, from now on until the end."""
        ready = threading.Event()

        async def run():
            client = await nats.connect(url, **options)
            async def heard(message):
                self.told("bus", json.loads(message.data), time.time())
            await client.subscribe(f"fovea.{self.site_name}.*.alert", cb=heard)
            await client.flush()
            ready.set()
            while not self.over.is_set():
                await asyncio.sleep(0.05)
            await client.close()

        self.over = threading.Event()
        thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
        self.addCleanup(thread.join, 10)
        self.addCleanup(self.over.set)
        thread.start()
        self.assertTrue(ready.wait(20), "the listener is connected")

    def watch(self, path):
        """A browser with this page of the site; returns when a picture is on it."""
        errors = open(self.folder / "browser.log", "w")
        self.addCleanup(errors.close)
        browser = subprocess.Popen(["node", HERE / "watch_page.mjs", self.site + path], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        self.addCleanup(self.close_browser, browser)
        shown = threading.Event()

        def read():
            for line in browser.stdout:
                word = json.loads(line)
                if word["seen"] == "picture":
                    shown.set()
                elif word["seen"] == "alert":
                    self.told("page", word, word["ms"] / 1000)

        threading.Thread(target=read, daemon=True).start()
        self.assertTrue(shown.wait(60), (self.folder / "browser.log").read_text())

    @staticmethod
    def close_browser(browser):
        browser.stdin.close()
        try:
            browser.wait(10)
        except subprocess.TimeoutExpired:
            browser.kill()
            browser.wait()
        browser.stdout.close()

    # What a user writes.

    def write_config(self, device, zone=None, for_s=1.0, **more):
        """The site's configuration: a rule with a duration whose alerts go everywhere."""
        rule = {"name": "seen", "device": device, "sinks": ["timeline", "bus", "ops"],
                "operators": [{"zone": zone or VISITED},
                              {"threshold": {"above": 0.05, "for_s": for_s}}]}
        hook = {"url": f"http://127.0.0.1:{self.hook.server_port}/hook", "secret": "whsec_c2VjcmV0"}
        file = self.folder / "site.yaml"
        # JSON is YAML.
        file.write_text(json.dumps({"site": self.site_name, "rules": [rule],
                                    "webhooks": {"ops": hook}, **more}))
        return file

    # How it went.

    def wait_told(self, where, fits):
        def told():
            with self.lock:
                return next(((alert, when) for place, alert, when in self.seen
                             if place == where and fits(alert)), None)
        return world.wait_for(f"the alert ({where})", told, limit=30)

    def follow(self, name, happened=None, after=0.0):
        """Waits until bus, webhook and page have the alert; seconds by place, since what happened
        (empty: since the camera took the first picture that shows it, after this moment)."""
        found = {"bus": self.wait_told("bus", lambda told: told["state"] == "raised"
                                       and seconds_of(told["since"]) > after)}
        alert = found["bus"][0]
        since, decided = seconds_of(alert["since"]), seconds_of(alert["time"])
        found["webhook"] = self.wait_told("webhook", lambda told: told == alert)
        found["page"] = self.wait_told("page", lambda told: told["text"] == "seen: " + alert["text"]
                                       and seconds_of(told["time"]) > since)
        begin = happened or since
        times = {where: when - begin for where, (_, when) in found.items()}
        print(f"{name}: captured {since - begin:.3f} s, decided {decided - begin:.3f} s, "
              + ", ".join(f"{where} {seconds:.3f} s" for where, seconds in times.items())
              + f" after what happened (rule of {decided - since:.2f} s)", file=sys.stderr)
        self.words = found["page"][0]["words"]  # all that the page said then
        self.assertNotRegex(self.words, r"\bdays?\b", "of the age of a picture")
        for seconds in times.values():
            self.assertGreater(seconds, 0.9, "the rule's second")
            self.assertLess(seconds, LATE_S)
        device = self.device(alert["device"])
        self.assertEqual((device["state"], device["error"]), ("live", None))
        if device["time_fault"]:
            self.assertEqual((alert["time_source"], device["last_result_age_ms"]), ("site", None))
        else:
            self.assertEqual(alert["time_source"], "camera")
            self.assertLess(device["last_result_age_ms"], 5000)
        return times

    def wait_quiet(self, device):
        """Until results come, and nothing has been told."""
        self.wait_device(device, lambda d: d["state"] == "live" and d["result_fps"])
        with self.lock:
            self.assertEqual(self.seen, [], "nothing has happened yet")
