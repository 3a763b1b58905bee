#!/usr/bin/env python3
"""From labelled pictures to an alert, docs/learning.md step by step: a network from the one that
ships, another from that one, measured, signed, on a site, and what it finds is told.

Usage: trained_test.py FOVEA [unittest arguments]
"""
import json
import pathlib
import sys

import journey
import world

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "learn"))
import training  # noqa: E402

LEFT = {"polygon": [[0, 0], [0.3, 0], [0.3, 1], [0, 1]], "class": "box"}


@journey.needs_browser
class Trained(journey.Journey, training.Training):
    def evaluate(self, model, data):
        return json.loads(self.run_fovea("evaluate", "--model", model, "--data", data,
                                         "--json").stdout)["miou"]

    def learn(self):
        """The model, as a package with a signature."""
        training.draw(self.folder / "yard", 50)
        yard, first = f"folder:{self.folder}/yard", self.folder / "yard-1"
        done = json.loads(self.train("--data", yard, "--start", "fovea-factory", "--input", "160x96",
                                     "--steps", 150, "--batch", 4, "--checks", 3, "--output", first,
                                     "--json").stdout)
        self.assertGreater(done["miou"], 0.8)
        self.assertEqual(json.loads((first / "job.json").read_text())["width"], 0.75, "the start's")
        self.assertIn("<svg", (first / "report.html").read_text())
        self.assertGreater((first / "preview.jpg").stat().st_size, 1000)

        training.draw(self.folder / "test", 6, first=60)
        test = f"folder:{self.folder}/test"
        said = self.evaluate(first / "model", test)
        self.assertGreater(said, 0.8)
        self.assertAlmostEqual(said, self.evaluate(first / "best.safetensors", test), delta=0.01)

        second = self.folder / "yard-2"
        again = json.loads(self.train("--data", yard, "--start", first / "model", "--steps", 10,
                                      "--batch", 4, "--checks", 1, "--learning-rate", "1e-4",
                                      "--output", second, "--json").stdout)
        self.assertGreater(again["miou"], 0.8, "it knew most of it before")
        manifest = json.loads(next((second / "model").glob("*.manifest.json")).read_text())
        self.assertEqual(manifest["parent"], "yard-1 1")
        self.assertAlmostEqual(manifest["metrics"]["miou"], again["miou"], delta=1e-6)
        self.assertAlmostEqual(manifest["metrics"]["miou_f16"], again["miou"], delta=0.01)

        self.run_fovea("model", "key", self.folder / "key")
        self.run_fovea("model", "sign", second / "model", "--key", self.folder / "key")
        self.run_fovea("model", "verify", second / "model", "--key", self.folder / "key.pub")
        return second / "model"

    def test_from_fifty_pictures_to_an_alert(self):
        model = self.learn()
        training.draw(self.folder / "seen", 3, first=80)  # a box at the left, and one at the right
        left, right = (self.folder / "seen" / f"yard{number}.jpg" for number in (80, 82))
        self.show(right)
        bus = self.start_nats()
        config = self.write_config("gate", LEFT, bus=bus)
        self.start_site("--config", config, "--model", model, "--camera",
                        f"gate=exec:while cat {self.stage}; do sleep 0.066; done")
        self.listen(bus)
        self.wait_quiet("gate")
        found = self.get("/api/v1/devices/gate/result")
        self.assertEqual(found["model"]["name"], "yard-2")
        self.assertIn("box", {entry["name"] for entry in found["classes"]})
        self.watch("/d/gate")
        self.follow("a model of one's own", self.show(left))


if __name__ == "__main__":
    world.main()
