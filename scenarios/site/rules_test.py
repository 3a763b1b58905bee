#!/usr/bin/env python3
"""Rules of `fovea site` as others see them: alerts on a real nats-server, signed webhooks at a
server of Python's own, pictures of the moment over HTTP.

Usage: rules_test.py FOVEA [unittest arguments]
"""
import asyncio
import base64
import contextlib
import datetime
import hashlib
import hmac
import http.server
import io
import json
import re
import signal
import threading
import urllib.request

import nats
from PIL import Image

import world

SECRET = b"a secret of the scenario"
EVERYWHERE = "[[0, 0], [1, 0], [1, 1], [0, 1]]"


def config(bus, webhook="", rules="", cameras="[]", results_from="site"):
    return f"""
site: plant
results_from: {results_from}
bus: {bus}
rules: {rules or "[]"}
webhooks: {webhook or "{}"}
cameras: {cameras}
"""


def hook(port):
    text = base64.b64encode(SECRET).decode()
    return f"""
  ops:
    url: http://127.0.0.1:{port}/hook?token=hidden
    secret: whsec_{text}
"""


def rule(name, device, above=0, sinks="[timeline, bus, ops]", more="", for_s=0):
    return f"""
  - name: {name}
    device: {device}
    operators:
      - zone: {{polygon: {EVERYWHERE}, label: person}}
      - threshold: {{above: {above}, for_s: {for_s}}}
    sinks: {sinks}
    {more}"""


class Hook(http.server.ThreadingHTTPServer):
    """Keeps the alerts whose signature is right; Standard Webhooks, as a receiver checks it."""

    def __init__(self, port=0):
        self.alerts, self.wrong = [], []
        super().__init__(("127.0.0.1", port), HookRequest)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class HookRequest(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        signed = b".".join([self.headers["webhook-id"].encode(),
                            self.headers["webhook-timestamp"].encode(), body])
        wanted = "v1," + base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
        age = abs(datetime.datetime.now().timestamp() - int(self.headers["webhook-timestamp"]))
        good = (hmac.compare_digest(wanted, self.headers["webhook-signature"]) and age < 300
                and self.headers["ce-type"] == "fovea.alert.v1")
        (self.server.alerts if good else self.server.wrong).append(json.loads(body))
        self.send_response(204 if good else 401)
        self.end_headers()

    def log_message(self, *arguments):
        pass


async def next_alert(bus, condition, seconds=40):
    """The first alert that fits, as (headers, document)."""
    client = await nats.connect(bus)
    try:
        subscription = await client.subscribe("fovea.plant.*.alert")
        while True:
            message = await subscription.next_msg(timeout=seconds)
            document = json.loads(message.data)
            if condition(document):
                return message.subject, dict(message.headers), document
    finally:
        await client.close()


def headers_of(kind, device, i, time, **more):
    return {"ce-specversion": "1.0", "ce-id": f"{kind}-{i}", "ce-source": f"/plant/{device}",
            "ce-type": f"fovea.{kind}.v1", "ce-time": time, "ce-frameseq": str(i), **more}


async def publish_result(client, device, i, captured, is_there):
    """One of a device's own results."""
    time = captured.isoformat(timespec="microseconds").replace("+00:00", "Z")
    box = {"label": "person", "score": 0.9, "box": [10, 10, 20, 20]}
    result = {"site": "plant", "device": device, "frameseq": i, "captured": time,
              "model": {"name": "own", "version": "1"}, "inferred": True, "width": 64,
              "height": 48, "classes": [], "boxes": [box] if is_there else [],
              "timings_ms": dict.fromkeys(["capture", "encode", "bus", "wait", "decode",
                                           "infer", "encode_mask"], 0)}
    headers = headers_of("result", device, i, time, **{"ce-producer": "device",
                                                       "content-type": "application/json"})
    await client.publish(f"fovea.plant.{device}.result", json.dumps(result).encode(),
                         headers=headers)


async def publish_results(bus, device, count):
    """A device's own results: somebody is there in every other one, so that each makes an alert."""
    client = await nats.connect(bus)
    alerts = await client.subscribe(f"fovea.plant.{device}.alert")
    begin = datetime.datetime.now(datetime.timezone.utc)
    for i in range(1, count + 1):
        await publish_result(client, device, i, begin + datetime.timedelta(milliseconds=i), i % 2)
        if i % 10 == 0:
            await client.flush()
            with contextlib.suppress(nats.errors.TimeoutError):  # the site has just connected
                for _ in range(10):  # each is remembered on disk, which may be slow
                    await alerts.next_msg(timeout=2)
    await client.close()


async def publish_stream(bus, device, seconds, stamp):
    """Frames with the device's own results, ten a second, captured when `stamp` says; somebody is
    there all the time."""
    client = await nats.connect(bus)
    jpeg = io.BytesIO()
    Image.new("RGB", (64, 48)).save(jpeg, "JPEG")
    for i in range(1, 10 * seconds + 1):
        captured = stamp()
        time = captured.isoformat(timespec="microseconds").replace("+00:00", "Z")
        headers = headers_of("frame", device, i, time, **{
            "ce-width": "64", "ce-height": "48", "ce-codec": "jpeg", "ce-keyframe": "true",
            "content-type": "image/jpeg"})
        await client.publish(f"fovea.plant.{device}.frame", jpeg.getvalue(), headers=headers)
        await publish_result(client, device, i, captured, True)
        await client.flush()
        await asyncio.sleep(0.1)
    await client.close()


class Rules(world.Case):
    def start_with(self, text):
        self.file = self.folder / "site.yaml"
        self.file.write_text(text)
        return self.start_site("--config", self.file)

    def counted(self, name, **labels):
        """The sum of a metric over all label sets that contain these."""
        with urllib.request.urlopen(self.site + "/metrics", timeout=20) as answer:
            text = answer.read().decode()
        total = 0
        for found, values, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", text, re.MULTILINE):
            if found == name and all(f'{key}="{want}"' in values for key, want in labels.items()):
                total += float(value)
        return total

    def rules(self):
        return {each["name"]: each for each in self.get("/api/v1/rules")["rules"]}

    def put(self, name, document):
        request = urllib.request.Request(f"{self.site}/api/v1/rules/{name}",
                                         json.dumps(document).encode(),
                                         {"Content-Type": "application/json"}, method="PUT")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def test_an_alert_reaches_bus_webhook_and_page(self):
        bus, server = self.start_nats(), Hook()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        cameras = "[{name: hall, source: 'synthetic:1', publish_truth: true, size: 320x180}]"
        self.start_with(config(bus, hook(server.server_port), rule("seen", "hall"), cameras))
        # People are always in the hall, so the rule is raised once; put again it is new.
        wait = asyncio.run(self.alert_after_put(bus))
        subject, headers, alert = wait
        self.assertEqual(subject, "fovea.plant.hall.alert")
        self.assertEqual(headers["ce-type"], "fovea.alert.v1")
        self.assertEqual(headers["ce-source"], "/plant/hall")
        self.assertEqual(headers["ce-producer"], "site")
        self.assertEqual((alert["rule"], alert["state"]), ("again", "raised"))
        self.assertEqual((alert["subject"], alert["measure"]), ("person", "count"))
        self.assertGreater(alert["value"], alert["limit"])
        self.assertEqual(headers["ce-time"], alert["time"])

        world.wait_for("the webhook", lambda: any(a["rule"] == "again" for a in server.alerts))
        self.assertEqual(server.wrong, [])
        self.assertIn(alert, server.alerts)

        event = world.wait_for("the event", lambda: next(
            (e for e in self.get("/api/v1/events")["events"]
             if e["kind"] == "alert" and e["text"].startswith("again:")), None))
        self.assertEqual(event["device"], "hall")
        with urllib.request.urlopen(self.site + event["picture"], timeout=20) as answer:
            picture = Image.open(io.BytesIO(answer.read()))
        self.assertEqual((picture.format, picture.size), ("JPEG", (320, 180)))
        self.assertEqual(self.rules()["again"]["status"]["alerts"], 1)

    async def alert_after_put(self, bus):
        waiting = asyncio.create_task(next_alert(bus, lambda a: a["rule"] == "again"))
        await asyncio.sleep(1)  # the subscription stands before the rule does
        zone = {"polygon": json.loads(EVERYWHERE), "label": "person"}
        await asyncio.to_thread(self.put, "again", {
            "device": "hall", "sinks": ["timeline", "bus", "ops"],
            "operators": [{"zone": zone}, {"threshold": {"above": 0}}]})
        return await waiting

    def test_a_webhook_that_is_down_costs_a_bounded_queue(self):
        bus, port = self.start_nats(), world.free_port()
        self.start_with(config(bus, hook(port), rule("gate", "gate"), results_from="device"))
        asyncio.run(publish_results(bus, "gate", 700))
        world.wait_for("a full queue", lambda: self.counted(
            "fovea_webhook_dropped_total", webhook="ops", reason="full") > 100)
        self.assertGreater(self.counted("fovea_webhook_retries_total", webhook="ops"), 0)
        self.assertLessEqual(self.counted("fovea_webhook_waiting", webhook="ops"), 256)
        self.assertEqual(self.counted("fovea_webhook_sent_total", webhook="ops"), 0)
        texts = [e["text"] for e in self.get("/api/v1/events")["events"]]
        fails = [text for text in texts if text.startswith("webhook ops fails")]
        self.assertEqual(len(fails), 1, "said once, not for each attempt")
        self.assertNotIn("hidden", fails[0])

        server = Hook(port)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        world.wait_for("all that waited", lambda: self.counted(
            "fovea_webhook_sent_total", webhook="ops") >= 257, limit=120)
        self.assertEqual(server.wrong, [])
        sequences = [alert["frameseq"] for alert in server.alerts]
        self.assertEqual(sequences, sorted(sequences))
        self.assertEqual(sequences[-1], 700, "the newest is among them")

    def test_where_times_mean_nothing_rules_go_by_arrival_and_say_so(self):
        bus = self.start_nats()
        rules = "".join(rule(f"at-{device}", device, sinks="[bus]", for_s=1)
                        for device in ("still", "backwards"))
        self.start_with(config(bus, "", rules, results_from="device"))
        now = lambda: datetime.datetime.now(datetime.timezone.utc)  # noqa: E731
        begin = now()
        times = {"still": (lambda: begin), "backwards": (lambda: begin - 3 * (now() - begin))}
        for fault, stamp in times.items():  # each is what its device is called
            alert = asyncio.run(self.alert_of_stream(bus, fault, stamp))
            self.assertEqual((alert["rule"], alert["time_source"]), (f"at-{fault}", "site"))
            decided = datetime.datetime.fromisoformat(alert["time"].replace("Z", "+00:00"))
            self.assertLess(abs((now() - decided).total_seconds()), 20, "by the site's clock")
            device = self.get("/api/v1/devices/" + fault)
            self.assertEqual((device["state"], device["time_fault"]), ("live", fault))
            self.assertIsNone(device["last_result_age_ms"])
            self.assertGreater(self.counted("fovea_frames_time_wrong_total", device=fault), 10)

    async def alert_of_stream(self, bus, device, stamp):
        waiting = asyncio.create_task(next_alert(bus, lambda alert: alert["device"] == device))
        await asyncio.sleep(0.5)  # it listens
        await publish_stream(bus, device, 8, stamp)
        return (await waiting)[2]

    def test_a_camera_that_dies_raises_an_alert_that_ends_when_it_is_back(self):
        bus, server = self.start_nats(), Hook()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        away = """
  - name: gone
    device: yard
    operators: [{away: {for_s: 1}}]
    sinks: [timeline, bus, ops]"""
        self.start_with(config(bus, hook(server.server_port), away))
        camera = self.start_camera(bus, "yard", "synthetic:1", "--size", "320x180")
        world.wait_for("the camera", lambda: self.counted("fovea_device_live", device="yard") == 1)
        asyncio.run(self.dies_and_comes_back(bus, camera))
        world.wait_for("the webhook", lambda: len(server.alerts) == 2)
        self.assertEqual([each["state"] for each in server.alerts], ["raised", "ended"])
        self.assertEqual(server.wrong, [])
        raised = next(e for e in self.get("/api/v1/events")["events"]
                      if e["kind"] == "alert" and e["text"].startswith("gone: away since"))
        with urllib.request.urlopen(self.site + raised["picture"], timeout=20) as answer:
            picture = Image.open(io.BytesIO(answer.read()))
        self.assertEqual(picture.size, (320, 180), "its last")
        self.assertEqual(self.counted("fovea_device_live", device="yard"), 1)

    async def dies_and_comes_back(self, bus, camera):
        def waits_for(state):
            return asyncio.create_task(next_alert(bus, lambda a: a["state"] == state, 90))
        raised = waits_for("raised")
        await asyncio.sleep(1)  # the subscription stands before the camera dies
        camera.kill()
        subject, _, alert = await raised
        self.assertEqual(subject, "fovea.plant.yard.alert")
        self.assertEqual((alert["rule"], alert["subject"], alert["measure"]),
                         ("gone", "away", "seconds"))
        self.assertGreater(alert["frameseq"], 0)
        self.assertEqual(self.counted("fovea_device_live", device="yard"), 0)
        self.assertIsNotNone(self.rules()["gone"]["status"]["raised"])
        ended = waits_for("ended")
        await asyncio.sleep(1)
        self.start_camera(bus, "yard", "synthetic:1", "--size", "320x180")
        self.assertTrue((await ended)[2]["text"].startswith("back after "))

    def test_rules_are_reloaded_and_the_pages_own_outlive_a_restart(self):
        bus = self.start_nats()
        site = self.start_with(config(bus, "", rule("one", "gate", sinks="[timeline]")))
        zone = {"polygon": [[0, 0], [1, 0], [1, 1]], "label": "person"}
        self.put("page", {"device": "gate",
                          "operators": [{"zone": zone}, {"threshold": {"above": 2}}]})
        self.assertEqual({name: each["from"] for name, each in self.rules().items()},
                         {"one": "config", "page": "state"})
        self.file.write_text(config(bus, "", rule("two", "gate", above=3, sinks="[bus]")))
        site.send_signal(signal.SIGHUP)
        world.wait_for("the new rule", lambda: set(self.rules()) == {"two", "page"})
        self.file.write_text(config(bus, "", rule("three", "gate", sinks="[nowhere]")))
        site.send_signal(signal.SIGHUP)
        world.wait_for("the refusal", lambda: "none of timeline, bus" in site.log.read_text())
        self.assertEqual(set(self.rules()), {"two", "page"})
        self.ends_within(site, 3)
        self.start_with(config(bus, "", rule("two", "gate", sinks="[bus]")))
        self.assertEqual(set(self.rules()), {"two", "page"})

    def test_check_names_the_line_and_hides_the_secret(self):
        self.file = self.folder / "site.yaml"
        good = config("memory://", hook(1), rule("one", "gate"))
        self.file.write_text(good)
        status, text = self.check()
        self.assertEqual(status, 0, text)
        self.assertIn("one", text)
        for secret in (base64.b64encode(SECRET).decode(), "hidden"):
            self.assertNotIn(secret, text)
        self.file.write_text(good.replace("threshold:", "treshold:"))
        status, text = self.check()
        self.assertEqual(status, 2)
        line = 1 + good[:good.index("threshold:")].count("\n")
        self.assertIn(f"site.yaml:{line}: 'rules[0].operators[1].treshold' is not an operator; did "
                      "you mean 'threshold'?", text)

    def test_the_guides_examples_are_right(self):
        guide = (world.ROOT / "docs" / "rules.md").read_text()
        examples = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
        self.assertEqual(len(examples), 3)
        self.file = self.folder / "site.yaml"
        for example in examples:
            self.file.write_text(example)
            status, text = self.check()
            self.assertEqual(status, 0, text)
        code = re.search(r"```python\n(.*?)```", guide, re.DOTALL)[1]
        names = {}
        exec(code, names)
        headers = {"webhook-id": "a", "webhook-timestamp": "1"}
        digest = hmac.new(SECRET, b"a.1.{}", hashlib.sha256).digest()
        headers["webhook-signature"] = "v1," + base64.b64encode(digest).decode()
        secret = base64.b64encode(SECRET).decode()
        self.assertTrue(names["is_good"](headers, b"{}", secret))
        self.assertFalse(names["is_good"](headers, b"{ }", secret))

    def check(self):
        process = self.start("site", "--config", self.file, "--check")
        return process.wait(timeout=30), process.log.read_text()


if __name__ == "__main__":
    world.main()
