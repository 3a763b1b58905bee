"""A stranger's client on the bus: hears all of a site and keeps the first event of each variant, and
the look of all of them: which camera speaks first is chance."""
import asyncio
import base64
import json
import threading
import time

import nats

import shapes

FORMS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"\x00\x00\x00\x01": "Annex B",
         b"\x00\x00\x01": "Annex B"}


def now():
    """As events tell the time."""
    at = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1e6):06}Z"


def form_of(payload):
    """What a payload is by its first bytes."""
    return next((form for start, form in FORMS.items() if payload.startswith(start)), "unknown")


def variant_of(subject, headers, payload):
    """Kind and what tells its forms apart, such as "frame h264 key"."""
    kind = subject.rsplit(".", 1)[1]
    if kind == "frame":
        if "ce-mainof" in headers:
            return "frame main"
        key = {"true": " key", "false": " delta"}[headers["ce-keyframe"]]
        codec = headers["ce-codec"]
        return f"frame {codec}" + (key if codec == "h264" else "")
    if kind == "mask":
        return f"mask {headers['ce-producer']}"
    document = json.loads(payload)
    if kind == "result":
        repeats = "" if document["inferred"] else " repeated"
        return f"result {headers['ce-producer']}" + repeats
    if kind == "status":
        return "status main" if document["main"] and document["state"] == "live" else "status"
    return f"{kind} {document['state' if kind == 'alert' else 'command']}"


def kept(headers, payload):
    """An event as it is written into a file."""
    if headers.get("content-type") == "application/json":
        return {"headers": headers, "json": json.loads(payload)}
    return {"headers": headers, "form": form_of(payload),
            "base64": base64.b64encode(payload).decode()}


def look_of(event):
    """Names and kinds of its headers and of what its payload holds."""
    return {"headers": shapes.of(event["headers"]),
            "payload": shapes.of(event["json"]) if "json" in event else event["form"]}


def payload_of(event):
    return (json.dumps(event["json"]).encode() if "json" in event
            else base64.b64decode(event["base64"]))


class Ear:
    """Life: the test's. `events` and `looks` are written by a thread of its own; do not change."""

    def __init__(self, test, bus, site):
        self.bus, self.site, self.events, self.looks = bus, site, {}, {}
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.client = self.do(nats.connect(bus, max_reconnect_attempts=-1,
                                           reconnect_time_wait=0.1, error_cb=self.pass_over))
        self.do(self.client.subscribe(f"fovea.{site}.>", cb=self.hear))
        self.do(self.client.flush())
        test.addCleanup(self.close)

    def do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=20)

    async def pass_over(self, error):
        """A broker that dies is what some tests want."""

    async def hear(self, message):
        headers = dict(message.headers or {})
        if message.data != b"nonsense":  # what a test says itself
            variant = variant_of(message.subject, headers, message.data)
            event = kept(headers, message.data)
            self.events.setdefault(variant, event)
            self.looks[variant] = shapes.merge(self.looks.get(variant), look_of(event))

    def publish(self, device, kind, payload, headers=None):
        self.do(self.client.publish(f"fovea.{self.site}.{device}.{kind}", payload, headers=headers))

    def close(self):
        self.do(self.client.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
