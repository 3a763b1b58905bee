#!/usr/bin/env python3
"""Who may come in, and whose results count: strangers on a real nats-server, beside honest cameras.

Usage: known_test.py FOVEA [unittest arguments]
"""
import asyncio
import datetime
import json
import subprocess
import threading
import urllib.request

import nats

import plant
import world

STAGES = ["capture", "encode", "bus", "wait", "decode", "infer", "encode_mask"]


def empty_result(device, number):
    """Subject, payload and headers of a result that has found nothing."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")
    time = now.replace("+00:00", "Z")
    result = {"site": "plant", "device": device, "frameseq": number, "captured": time,
              "model": {"name": "forged", "version": "1"}, "inferred": True, "width": 160,
              "height": 90, "classes": [], "boxes": [], "timings_ms": dict.fromkeys(STAGES, 0)}
    headers = {"ce-specversion": "1.0", "ce-id": f"forged-{number}", "ce-source": f"/plant/{device}",
               "ce-type": "fovea.result.v1", "ce-time": time, "ce-frameseq": str(number),
               "ce-producer": "device", "content-type": "application/json"}
    return f"fovea.plant.{device}.result", json.dumps(result).encode(), headers


class Forger(threading.Thread):
    """Publishes an empty result in a device's name each second, until it is stopped."""

    def __init__(self, bus, device):
        super().__init__(daemon=True)
        self.bus, self.device, self.sent = bus, device, 0
        self.ends = threading.Event()
        self.start()

    def run(self):
        asyncio.run(self.forge())

    async def forge(self):
        client = await nats.connect(self.bus)
        while not self.ends.is_set():
            self.sent += 1
            subject, payload, headers = empty_result(self.device, 1_000_000 + self.sent)
            await client.publish(subject, payload, headers=headers)
            await client.flush()
            await asyncio.sleep(1)
        await client.close()


class Known(plant.Plant):
    def setUp(self):
        super().setUp()
        self.make_broker().start()
        # A password in the address, whoever the server lets in.
        self.private_bus = self.bus.replace("nats://", "nats://plant:secret@")

    def start_known(self, text="", bus=None):
        self.file = self.folder / "site.yaml"
        self.file.write_text(f"site: plant\nbus: {bus or self.private_bus}\n{text}")
        return self.start_site("--config", self.file)

    def waiting(self):
        return [device["id"] for device in self.get("/api/v1/waiting")["waiting"]]

    def texts(self):
        return [event["text"] for event in self.get("/api/v1/events")["events"]]

    def counted(self, name, **labels):
        return sum(c["value"] for c in self.get("/api/v1/system")["counters"]
                   if c["name"] == name and labels.items() <= c["labels"].items())

    def add_account(self, device):
        state = self.folder / "state/fovea/plant"
        subprocess.run([self.fovea, "device", "add", device, "--site", "plant", "--state", state],
                       check=True, capture_output=True, env=self.environment)

    def test_a_stranger_waits_until_somebody_accepts_it(self):
        self.without_models()
        site = self.start_known("cameras: [{name: own, source: 'synthetic:1', size: 160x90}]\n")
        self.wait_live("own")
        self.add_camera("yard", "synthetic:2", *plant.SMALL)
        world.wait_for("the stranger", lambda: self.waiting() == ["yard"])
        world.wait_for("refusals", lambda: self.counted(
            "fovea_rejected_total", kind="device", reason="unknown") > 20)
        self.assertIsNone(self.device("yard"))
        self.assertEqual(self.counted("fovea_frames_received_total", device="yard"), 0)
        told = [text for text in self.texts() if "unknown device publishes as yard" in text]
        self.assertEqual(len(told), 1)
        self.assertEqual(self.call("PUT", "/api/v1/devices/yard"), (204, None))
        self.wait_live("yard")
        self.assertEqual(self.waiting(), [])
        self.ends_within(site, plant.END_S)

        self.start_known()
        self.wait_live("yard")  # accepted for good
        self.assertEqual(self.device("own"), None)

    def test_an_account_makes_a_device_known_at_once(self):
        self.without_models()
        self.start_known()
        self.add_camera("gate", "synthetic:2", *plant.SMALL)
        world.wait_for("the stranger", lambda: self.waiting() == ["gate"])
        self.add_account("gate")
        self.wait_live("gate")
        self.assertEqual(self.waiting(), [])

    def test_an_open_bus_takes_whoever_comes(self):
        self.without_models()
        self.start_known(bus=self.bus)
        self.add_camera("yard", "synthetic:2", *plant.SMALL)
        self.wait_live("yard")
        self.assertEqual(self.get("/api/v1/waiting")["unknown_devices"], "take")

    @world.needs_data
    def test_forged_results_silence_no_rule(self):
        everywhere = "[[0, 0], [1, 0], [1, 1], [0, 1]]"
        self.start_known(f"""
model: fovea-factory
devices: {{hall: {{gating: false}}}}
rules:
  - name: floor
    device: hall
    operators:
      - zone: {{polygon: {everywhere}, class: floor}}
      - threshold: {{above: 0.05, for_s: 3}}
""")
        forger = Forger(self.bus, "hall")
        self.addCleanup(forger.join)
        self.addCleanup(forger.ends.set)
        world.wait_for("a forged result", lambda: forger.sent > 2)
        self.add_camera("hall", "synthetic:1", "--size", "320x180", "--fps", "10")
        world.wait_for("the alert", lambda: any(t.startswith("floor:") for t in self.texts()), 90)
        device = self.device("hall")
        self.assertEqual((device["inferred_by"], device["model"]), ("site", "fovea-factory"))
        self.assertGreater(self.counted("fovea_rejected_total", kind="result",
                                        reason="results_from"), 2)
        self.assertGreater(self.counted("fovea_results_refused_total", device="hall"), 0)
        told = [text for text in self.texts() if "this site has not made" in text]
        self.assertEqual(len(told), 1)

    def test_a_capable_device_infers_itself_where_the_site_lets_it(self):
        self.without_models()
        self.start_known("devices: {hall: {results_from: device}, yard: {}}\n")
        for name in ("hall", "yard"):
            self.add_camera(name, "synthetic:1", "--truth", *plant.SMALL)
        hall = self.wait_device("hall", lambda d: d["inferred_by"] == "device")
        self.assertEqual((hall["model"], hall["error"]), ("ground-truth", None))
        yard = self.wait_device("yard", lambda d: d["state"] == "live")
        self.assertEqual((yard["inferred_by"], yard["result_fps"]), ("site", None))
        world.wait_for("the word of it", lambda: "makes its results itself now, with ground-truth"
                       in self.texts())
        status, _ = self.patch("/api/v1/devices/hall", {"results_from": "site"})
        self.assertEqual(status, 200)
        self.assertEqual(self.device("hall")["inferred_by"], "site")
        with urllib.request.urlopen(self.site + "/metrics", timeout=20) as answer:
            self.assertIn(b'fovea_results_refused_total{device="yard"}', answer.read())


if __name__ == "__main__":
    world.main()
