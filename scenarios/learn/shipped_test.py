#!/usr/bin/env python3
"""The model that ships is in the program, and as good as its card says, on frames that it never saw.

Usage: shipped_test.py FOVEA [unittest arguments]
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CARD = pathlib.Path(__file__).parents[2] / "models" / "fovea-factory" / "README.md"
SLACK = 0.04  # a few frames instead of hundreds


class Shipped(unittest.TestCase):
    fovea = ""

    def setUp(self):
        self.cache = tempfile.mkdtemp(prefix="fovea-shipped-")
        self.addCleanup(shutil.rmtree, self.cache)

    def run_fovea(self, *arguments):
        environment = {**os.environ, "XDG_CACHE_HOME": self.cache}
        environment.pop("FOVEA_DATA", None)
        done = subprocess.run([self.fovea, *arguments], capture_output=True, text=True, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def promised(self, words):
        return float(re.search(rf"^\| {re.escape(words)}.*?\| ([0-9.]+) ", CARD.read_text(), re.M)[1])

    def miou(self, data):
        said = json.loads(self.run_fovea("evaluate", "--model", "fovea-factory", "--data", data, "--json"))
        return said["miou"]

    def test_on_frames_it_never_saw(self):
        self.assertGreater(self.miou("synthetic:700000-700023"),
                           self.promised("mIoU on seeds that it never saw") - SLACK)

    def test_in_conditions_it_never_saw(self):
        for words, shift in (("at night", "night"), ("in fog", "fog"), ("with other parts", "parts")):
            with self.subTest(shift=shift):
                self.assertGreater(self.miou(f"synthetic:700000-700011?shift={shift}"),
                                   self.promised(words) - SLACK)

    def test_it_needs_no_network_and_no_mirror(self):
        listed = self.run_fovea("model", "list")
        self.assertRegex(listed, r"(?m)^fovea-factory\b.* Apache-2.0 ")
        self.assertRegex(listed, r"(?m)^fovea-factory\b.* in the program$")
        self.run_fovea("model", "verify", "fovea-factory")


if __name__ == "__main__":
    Shipped.fovea = sys.argv.pop(1)
    unittest.main()
