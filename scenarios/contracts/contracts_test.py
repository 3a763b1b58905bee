#!/usr/bin/env python3
"""What users of 2b05a26 rely on is still there: ARCHITECTURE.md, "Contracts". make.py has written
2b05a26/ by the program of that commit; this holds a program of today against it. takeover_test.py
does the same for what lies on users' disks.

Usage: contracts_test.py FOVEA [unittest arguments]
"""
import copy
import json
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "site"))
import commands  # noqa: E402
import ear  # noqa: E402
import hook  # noqa: E402
import observed  # noqa: E402
import openapi  # noqa: E402
import plant  # noqa: E402
import shapes  # noqa: E402
import world  # noqa: E402
from observed import MADE  # noqa: E402

# What ends otherwise now: names of ARCHITECTURE.md, where the reason of each stands.
REFUSED = {"status": 2, "stdout": "nothing", "stderr": "a sentence"}
EXCEPTIONS = {"The bus rule": {
    "site --bus nats://192.0.2.10:4222 --check": REFUSED,
    "site --bus nats://me:planted@192.0.2.10:4222 --check": REFUSED}}
# Headers of a webhook's request that its HTTP library adds.
LIBRARY_HEADERS = {"accept", "user-agent", "host", "content-length"}


def made(name):
    return json.loads((MADE / name).read_text())


class Comparisons(unittest.TestCase):
    """The comparisons themselves: what is taken away is found, what is added is not."""

    def test_of_shapes(self):
        old = shapes.of({"id": "a", "list": [{"x": 1, "y": None}, {"x": 2, "y": "b"}], "n": None})
        self.assertEqual(old, {"id": "text", "list": [{"x": "number", "y": "null|text"}],
                               "n": "null"})
        self.assertEqual(shapes.gone(old, shapes.of({"id": "b", "more": 1, "n": {"z": 1},
                                                     "list": [{"x": 1, "y": "c", "z": 2}]})), [])
        for new in ({"list": [{"x": 1, "y": "c"}], "n": 1}, {"id": 1, "list": [{"x": 1, "y": "c"}],
                    "n": 1}, {"id": "a", "list": [{"x": 1}], "n": 1}, {"id": "a", "list": [], "n": 1},
                    {"id": "a", "list": {}, "n": 1}, {"id": None, "list": [{"x": 1, "y": "c"}],
                                                      "n": 1}):
            self.assertEqual(len(shapes.gone(old, shapes.of(new))), 1, new)

    def test_of_descriptions(self):
        old = made("openapi.json")
        self.assertEqual(openapi.gone(old, copy.deepcopy(old)), [])
        def changed(change):
            new = copy.deepcopy(old)
            change(new)
            return openapi.gone(old, new)
        def schema(document, name):
            return document["components"]["schemas"][name]
        for change in (
                lambda new: new["paths"].pop("/healthz"),
                lambda new: new["paths"]["/api/v1/devices/{id}"].pop("patch"),
                lambda new: new["paths"]["/api/v1/events"]["get"].pop("parameters"),
                lambda new: new["paths"]["/api/v1/site"]["get"].update(security=[]),
                lambda new: schema(new, "Device")["properties"].pop("clock_gap_s"),
                lambda new: schema(new, "Device")["required"].remove("id"),
                lambda new: schema(new, "NewCamera")["required"].append("codec"),
                lambda new: schema(new, "Device")["properties"]["state"]["enum"].remove("stale")):
            self.assertTrue(changed(change))
        self.assertEqual(changed(lambda new: schema(new, "Device")["properties"].update(
            more={"type": "string"})), [])


class Seen(observed.Observed):
    """A site of today, put through what one of 2b05a26 was put through."""

    def test_what_a_site_says_to_all_sides(self):
        wanted = made("seen.json")
        for header in LIBRARY_HEADERS:
            wanted["webhook"][0].pop(header)
        self.begin()
        self.act()
        self.assertEqual(openapi.gone(made("openapi.json"),
                                      self.client.json("/api/v1/openapi.json")), [])
        self.look_for(wanted, without="/metrics/fovea_bus_reconnects_total")
        self.lose_the_broker()
        self.look_for(wanted)
        self.assertTrue(all(map(hook.is_signed, self.hook.requests)))
        self.ends_within(self.process, 10)

    def look_for(self, wanted, without=None, limit=110):
        end = time.monotonic() + limit
        while True:
            self.look()
            missing = [each for each in shapes.gone(wanted, self.seen)
                       if not (without and each.startswith(without))]
            if not missing:
                return
            self.assertLess(time.monotonic(), end, "\n".join(missing))


class Replayed(plant.Plant):
    """Events as cameras and sites of 2b05a26 sent them, with the times of now."""

    def say(self, events, variant):
        event = events[variant]
        at = ear.now()
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", at, json.dumps(event))
        event = json.loads(text)
        _, site, device = event["headers"]["ce-source"].split("/")
        kind = event["headers"]["ce-type"].split(".")[1]
        self.ear.publish(device, kind, ear.payload_of(event), event["headers"])
        return device, event

    def test_a_site_takes_what_cameras_said(self):
        events = made("events.json")
        self.without_models()
        bus = self.start_nats()
        self.ear = ear.Ear(self, bus, "plant")
        config = self.folder / "site.yaml"
        config.write_text(f"site: plant\nbus: {bus}\n" + observed.results_of(self, "hall"))
        self.start_site("--config", config)
        def hears():
            """The site may still be on its way to the bus; cameras say how they are again, too."""
            street, _ = self.say(events, "status main")
            device = self.device(street)
            return device and device["main"] == street + "-main" and street
        street = world.wait_for("the site's notice of a status", hears)
        for variant in ("frame h264 key", "frame h264 delta"):
            self.say(events, variant)
        self.wait_device(street, lambda device: (device["frames"], device["codec"]) == (2, "h264"))
        name, frame = self.say(events, "frame jpeg")
        self.wait_device(name, lambda device: device["frames"] == 1)
        self.assertEqual(self.fetch(f"/devices/{name}/frame.jpg")[1], ear.payload_of(frame))
        self.say(events, "mask device")
        hall, result = self.say(events, "result device")
        self.wait_device(hall, lambda device: device["inferred_by"] == "device")
        shown = self.get(f"/api/v1/devices/{hall}/result")
        self.assertEqual(shapes.lost(result["json"], shown), [])
        self.assertEqual(plant.picture_of(self.fetch(f"/devices/{hall}/mask.png")[1]).tolist(),
                         plant.picture_of(ear.payload_of(events["mask device"])).tolist())
        self.say(events, "frame main")
        self.assertNotIn("fovea_rejected_total", self.fetch("/metrics")[1].decode())

    def test_a_camera_takes_what_sites_said(self):
        events = made("events.json")
        self.make_broker().start()
        film = self.folder / "film.mp4"
        observed.draw_film(film)
        self.environment |= {"NATS_PORT": str(self.broker.port), "FILM": str(film)}
        self.ear = ear.Ear(self, self.bus, "plant")
        camera = self.start("camera", "--config", MADE / "cameras.yaml")
        world.wait_for("a camera", lambda: "frame h264 delta" in self.ear.events)
        self.assertNotIn("frame main", self.ear.events)
        self.say(events, "command main")
        world.wait_for("the large stream", lambda: "frame main" in self.ear.events)
        self.ends_within(camera, 10)


class Commands(world.Case):
    def setUp(self):
        super().setUp()
        self.environment.pop("FOVEA_DATA", None)
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "cache")

    def test_how_they_end(self):
        folder = self.folder / "commands"
        folder.mkdir()
        ends = commands.run_all(self.fovea, MADE, folder, self.environment)
        allowed = {line: end for lines in EXCEPTIONS.values() for line, end in lines.items()}
        wrong = []
        for line, old in made("commands.json").items():
            new = ends[line]
            if line in allowed:
                wrong += [] if new == allowed[line] else [f"{line} ends with {new}"]
            else:
                wrong += shapes.gone(old["stdout"], new["stdout"], line)
                wrong += [f"{line}: {key} {new.get(key)}, it was {old[key]}"
                          for key in ("status", "stderr") if key in old and new.get(key) != old[key]]
        self.assertEqual(wrong, [])

    def test_what_they_know(self):
        known = commands.options_of(self.fovea, self.environment)
        self.assertEqual({command: sorted(set(names) - set(known[command]))
                          for command, names in made("options.json").items()
                          if set(names) - set(known[command])}, {})

    def test_exceptions_have_reasons(self):
        text = (world.ROOT / "ARCHITECTURE.md").read_text().split("\n## Contracts\n")[1]
        for name in EXCEPTIONS:
            self.assertIn(f"\n- **{name}.** ", text.split("\n## ")[0])


if __name__ == "__main__":
    world.main()
