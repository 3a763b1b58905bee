#!/usr/bin/env python3
"""`fovea bench` from outside: that it measures, not what comes out on this machine.

Usage: bench_test.py FOVEA [unittest arguments]
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

FOVEA = ""
DATA = os.environ.get("FOVEA_DATA", "")
PEER = pathlib.Path(__file__).parent.parent / "bench" / "peers" / "pipeline.py"


@unittest.skipUnless(DATA, "needs FOVEA_DATA")
class Bench(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fovea-bench-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def measure(self, *arguments):
        done = subprocess.run([FOVEA, "bench", *arguments, "--quick", "--json", "--plots",
                               self.folder], capture_output=True, text=True, timeout=240)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        return {metric["name"]: metric for metric in report["metrics"]}

    def test_the_python_peer_does_the_same_job(self):
        metrics = self.measure("pipeline", "--against", "python")
        self.assertEqual([name for name, metric in metrics.items() if metric["goal"] is not None],
                         ["cpu_over_python", "cpu_outside_codecs_over_python",
                          "age_p99_over_python"])
        for name in ("cpu", "cpu_codecs", "fps", "age_p50", "infer_p50"):
            self.assertGreater(metrics[name]["value"], 0, name)
            self.assertGreater(metrics[f"{name}_python"]["value"], 0, name)
        for side in ("", "_python"):
            self.assertGreater(metrics[f"cpu{side}"]["value"], metrics[f"cpu_codecs{side}"]["value"])
        self.assertEqual(len(list(self.folder.glob("pipeline-against-python-*.svg"))), 2)

    def test_each_of_twenty_cameras_has_its_turn(self):
        metrics = self.measure("crowd")
        self.assertEqual(metrics["crowd_cameras"]["value"], 20)
        self.assertGreater(metrics["crowd_turns"]["value"], 0.5)
        self.assertGreater(metrics["crowd_frames"]["value"], metrics["crowd_results"]["value"])
        self.assertGreater(metrics["crowd_cpu_per_camera"]["value"], 0)

    def test_three_honest_cameras_beside_each_attacker(self):
        metrics = self.measure("hostile")
        attacks = ["jpeg", "h264", "status", "large"]
        self.assertEqual([name for name, metric in metrics.items() if metric["goal"] is not None],
                         [f"{attack}_{what}" for attack in attacks
                          for what in ("results", "age_p99", "memory")])
        for attack in attacks:
            self.assertGreater(metrics[f"{attack}_results"]["value"], 0.3, attack)
            self.assertGreater(metrics[f"{attack}_attacker_cpu"]["value"], 0, "it was there")

    def needs_trainer(self):
        if not (pathlib.Path(FOVEA).parents[1] / "lib/fovea/fovea-train").exists():
            self.skipTest("this build has no trainer")

    def test_the_shipped_model_and_a_site_beside_a_training_are_measured(self):
        self.needs_trainer()
        metrics = self.measure("learn", "--rows", "shipped,beside", "--work", self.folder / "work")
        self.assertEqual([name for name, metric in metrics.items() if metric["goal"] is not None],
                         ["shipped_unseen", "shipped_worst_class", "shipped_shifted", "shipped_size",
                          "shipped_frame_time", "beside_ratio"])
        self.assertTrue(metrics["shipped_size"]["met"])
        for name in ("shipped_unseen", "shipped_night", "shipped_frame_ms", "beside_ratio"):
            self.assertGreater(metrics[name]["value"], 0.1, name)

    def test_a_training_step_against_python(self):
        self.needs_trainer()
        done = subprocess.run([FOVEA, "bench", "learn", "--quick", "--json", "--rows", "step", "--work",
                               self.folder], capture_output=True, text=True, timeout=240)
        if subprocess.run(["/usr/bin/python3", "-c", "import torch"], capture_output=True).returncode:
            self.assertEqual(done.returncode, 1)
            self.assertIn("install Debian's python3-torch", done.stderr)
        else:
            self.assertEqual(done.returncode, 0, done.stderr)
            metrics = {metric["name"]: metric["value"] for metric in json.loads(done.stdout)["metrics"]}
            self.assertGreater(metrics["step_ms"], 1)
            self.assertGreater(metrics["step_ms_python"], 1)

    def test_a_row_that_was_measured_is_kept(self):
        self.needs_trainer()
        work = self.folder / "work"
        kept = {"benchmark": "learn shipped", "machine": "another", "plots": [], "metrics": [
            {"name": "shipped_unseen", "value": 0.123, "unit": "mIoU", "goal": 0.85, "want": "at least",
             "met": False, "spread": 0, "note": ""}]}
        work.mkdir()
        (work / "shipped.json").write_text(json.dumps(kept))
        done = subprocess.run([FOVEA, "bench", "learn", "--json", "--rows", "shipped", "--work", work],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("as measured before; --again measures anew", done.stderr)
        self.assertEqual([metric["value"] for metric in json.loads(done.stdout)["metrics"]], [0.123])
        (work / "shipped.json").write_text("{")
        done = subprocess.run([FOVEA, "bench", "learn", "--rows", "shipped", "--work", work],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("shipped.json (--again measures anew)", done.stderr)

    def test_a_row_that_is_not_there_is_named(self):
        done = subprocess.run([FOVEA, "bench", "learn", "--rows", "street,hall", "--work", self.folder],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no row 'hall'", done.stderr)

    def test_a_peer_without_its_packages_says_what_to_do(self):
        done = subprocess.run([sys.executable, "-I", "-S", PEER, "site", "--bus", "nats://127.0.0.1"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("run './dev setup'", done.stderr)


if __name__ == "__main__":
    FOVEA = sys.argv.pop(1)
    unittest.main()
