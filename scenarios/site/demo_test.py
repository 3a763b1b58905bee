#!/usr/bin/env python3
"""`fovea demo` from outside: what a newcomer runs.

Usage: demo_test.py FOVEA [unittest arguments]
"""
import socket
import urllib.request

import world


class Demo(world.Case):
    def start_demo(self, *arguments):
        process = self.start("demo", *arguments)
        self.site = self.url_of(process)
        return process

    @world.needs_data
    def test_videos_are_segmented(self):
        demo = self.start_demo("--scene", "videos", "--listen", "127.0.0.1:0")
        for name in ("bottles", "cars"):
            device = self.wait_device(name, lambda d: d["result_fps"], limit=90)
            self.assertEqual((device["state"], device["inferred_by"]), ("live", "site"))
        with urllib.request.urlopen(self.site + "/", timeout=20) as page:
            self.assertIn(b"<html", page.read())
        self.ends_within(demo, 3)

    def test_the_hall_is_segmented_by_the_model_that_ships(self):
        self.without_data()
        self.start_demo("--listen", "127.0.0.1:0")
        for name in ("hall-1", "hall-2"):
            device = self.wait_device(name, lambda d: d["result_fps"])
            self.assertEqual((device["model"], device["inferred_by"], device["error"]),
                             ("fovea-factory", "site", None))
        result = self.get("/api/v1/devices/hall-1/result")
        seen = {entry["name"]: entry["share"] for entry in result["classes"]}
        self.assertGreater(seen["floor"], 0.2, seen)
        self.assertGreater(len(seen), 5, seen)

    def without_data(self):
        self.environment.pop("FOVEA_DATA", None)
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "cache")

    def test_somebody_enters_the_halls_danger_zone(self):
        self.start_demo("--listen", "127.0.0.1:0")
        def alert():
            events = self.get("/api/v1/events")["events"]
            return next((e for e in events if e["kind"] == "alert" and e["picture"]), None)
        event = world.wait_for("an alert", alert, limit=90)
        self.assertRegex(event["text"], r"^danger-hall-[12]: person covers [0-9.]+ % of the zone$")
        with urllib.request.urlopen(self.site + event["picture"], timeout=20) as picture:
            self.assertEqual(picture.read(2), b"\xff\xd8")

    def test_videos_that_are_not_there_are_an_error_that_says_where_they_belong(self):
        self.without_data()
        demo = self.start("demo", "--scene", "videos", "--listen", "127.0.0.1:0")
        self.assertEqual(demo.wait(timeout=60), 2, demo.log.read_text())
        self.assertIn("FOVEA_DATA", demo.log.read_text())

    def test_a_port_that_is_taken_is_an_error_only_when_it_was_asked_for(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            asked = self.start("demo", "--listen", f"127.0.0.1:{port}")
            self.assertEqual(asked.wait(timeout=60), 1, asked.log.read_text())
            self.assertIn(str(port), asked.log.read_text())
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", 8080))
                taken.listen()
            except OSError:
                pass  # somebody else has it: just as good
            self.start_demo()
            self.assertNotIn(":8080", self.site)


if __name__ == "__main__":
    world.main()
