#!/usr/bin/env python3
"""`fovea train` as a user meets it: from labelled pictures to a model on a site's page.

Usage: train_test.py FOVEA [unittest arguments]
"""
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from PIL import Image, ImageDraw

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "site"))
import world  # noqa: E402

SIZE = (160, 96)


def draw(folder, count, first=0):
    """Pictures of a floor with boxes on it, as somebody would label them."""
    folder.mkdir(exist_ok=True)
    (folder / "classes.yaml").write_text(
        'classes:\n  - {name: floor}\n  - {name: box, colour: "#0072b2"}\n  - {name: ball}\n')
    for index in range(first, first + count):
        picture = Image.new("RGB", SIZE, (90 + index % 20, 92, 88))
        truth = Image.new("L", SIZE, 0)
        x, y = 12 + index * 37 % 80, 8 + index * 23 % 40
        for drawing, box, ball in ((ImageDraw.Draw(picture), (180, 120, 60), (40, 60, 200)),
                                   (ImageDraw.Draw(truth), 1, 2)):
            drawing.rectangle([x, y, x + 30, y + 24], fill=box)
            drawing.ellipse([120 - x, 60 - y // 2, 144 - x, 84 - y // 2], fill=ball)
        picture.save(folder / f"yard{index}.jpg", quality=92)
        truth.save(folder / f"yard{index}.mask.png")


class Train(unittest.TestCase):
    fovea = ""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fovea-train-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        draw(self.folder / "yard", 50)

    def start(self, *arguments):
        return subprocess.Popen([self.fovea, "train", *map(str, arguments)], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_fovea(self, *arguments, status=0):
        done = subprocess.run([self.fovea, *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done

    def train(self, *arguments, status=0):
        return self.run_fovea("train", *arguments, status=status)

    def wait_for(self, condition, what, seconds=240):  # the trainer steps back before everybody
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.1)
        self.fail(f"in vain for {seconds} s: {what}")

    def test_from_fifty_pictures_to_a_site(self):
        """docs/learning.md, step by step; a network from the one that ships, then a new one from it."""
        yard = f"folder:{self.folder}/yard"
        first = self.folder / "yard-1"
        done = json.loads(self.train("--data", yard, "--start", "fovea-factory", "--input", "160x96",
                                     "--steps", 150, "--batch", 4, "--checks", 3, "--output", first,
                                     "--json").stdout)
        self.assertGreater(done["miou"], 0.8)
        self.assertEqual(json.loads((first / "job.json").read_text())["width"], 0.75, "the start's")
        self.assertIn("<svg", (first / "report.html").read_text())
        self.assertGreater((first / "preview.jpg").stat().st_size, 1000)

        draw(self.folder / "test", 6, first=60)
        test = f"folder:{self.folder}/test"
        said = json.loads(self.run_fovea("evaluate", "--model", first / "model", "--data", test,
                                         "--json").stdout)
        self.assertGreater(said["miou"], 0.8)
        whole = json.loads(self.run_fovea("evaluate", "--model", first / "best.safetensors",
                                          "--data", test, "--json").stdout)
        self.assertAlmostEqual(said["miou"], whole["miou"], delta=0.01)

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
        self.site_shows(second / "model", "yard-2")

    def site_shows(self, model, name):
        (self.folder / "gate").mkdir()  # a camera would show the masks as well
        for picture in (self.folder / "yard").glob("*.jpg"):
            shutil.copy(picture, self.folder / "gate")
        log = open(self.folder / "site.log", "w+")
        self.addCleanup(log.close)
        site = subprocess.Popen([self.fovea, "site", "--model", str(model), "--listen",
                                 "127.0.0.1:0", "--camera",
                                 f"gate=folder:{self.folder}/gate"], stdout=log, stderr=log)
        self.addCleanup(site.wait)
        self.addCleanup(site.terminate)

        def address():
            text = (self.folder / "site.log").read_text()
            begin = text.find("http://127.0.0.1:")
            return text[begin:].split()[0].rstrip("/") if begin >= 0 else None

        url = self.wait_for(address, "the site's address")

        def result():
            try:
                with urllib.request.urlopen(f"{url}/api/v1/devices/gate/result") as answer:
                    return json.load(answer)
            except OSError:
                return None

        found = self.wait_for(result, "a result of the model")
        self.assertEqual(found["model"]["name"], name)
        self.assertIn("box", {entry["name"] for entry in found["classes"]})

    def test_classes_are_merged_and_dropped(self):
        classes = self.folder / "classes.yaml"
        classes.write_text("classes:\n  - {name: thing, of: [box, ball]}\n  - {name: floor}\n")
        yard = ["--data", f"folder:{self.folder}/yard", "--classes", classes]
        done = json.loads(self.train(*yard, "--steps", 40, "--batch", 4, "--checks", 1, "--width", 0.5,
                                     "--output", self.folder / "merged", "--json").stdout)
        self.assertEqual([entry["name"] for entry in done["classes"]], ["thing", "floor"])
        said = json.loads(self.run_fovea("evaluate", "--model", self.folder / "merged/model", *yard,
                                         "--json").stdout)
        self.assertEqual([entry["name"] for entry in said["classes"]], ["thing", "floor"])
        self.assertGreater(said["miou"], 0.4)

    def test_interrupted_and_gone_on_with(self):
        common = ["--data", f"folder:{self.folder}/yard", "--steps", 60, "--batch", 4,
                  "--checks", 6, "--width", 0.5, "--threads", 1]
        self.train(*common, "--output", self.folder / "whole")
        parts = self.folder / "parts"
        process = self.start(*common, "--output", parts)
        self.wait_for(lambda: (parts / "best.safetensors").exists(), "the first check")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        if "--resume" in out:  # else it was done already
            self.train("--resume", parts)
        whole = (self.folder / "whole" / "best.safetensors").read_bytes()
        self.assertEqual(whole, (parts / "best.safetensors").read_bytes(), "to the last bit")

    def test_a_trainer_that_is_killed(self):
        output = self.folder / "killed"
        process = self.start("--data", f"folder:{self.folder}/yard", "--steps", 1000,
                             "--batch", 2, "--width", 0.5, "--checks", 1000, "--output", output)
        self.addCleanup(process.kill)
        self.wait_for(lambda: (output / "last.safetensors").exists(), "the first state")
        events = (output / "events.jsonl").read_text().splitlines()
        started = next(event for event in map(json.loads, events) if event["event"] == "started")
        self.assertEqual(os.sched_getscheduler(started["process"]), os.SCHED_IDLE, "below everything else")
        os.kill(started["process"], signal.SIGKILL)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn(f"fovea train --resume {output}", err)
        self.assertIn("the system kills what takes too much memory", err)
        self.assertRegex(err, r"\d+ %, step \d+: mIoU [\d.]+ % \(best [\d.]+ %\), \d+ (s|min) left")

    @unittest.skipUnless(world.can_mount(), "needs a mount namespace")
    def test_a_full_disk_is_said_and_leaves_whole_files(self):
        output = self.folder / "full"
        output.mkdir()
        train = shlex.join([self.fovea, "train", "--data", f"folder:{self.folder}/yard", "--steps", "4",
                            "--checks", "2", "--batch", "2", "--width", "0.5", "--output", str(output)])
        # Room for the best network, and none for the whole state.
        done = subprocess.run(
            [*world.UNSHARE, "sh", "-c", f"mount -t tmpfs -o size=1m tmpfs {output} && {train}; "
             f"status=$?; ls {output}; {self.fovea} evaluate --model {output}/best.safetensors "
             f"--data folder:{self.folder}/yard --json; exit $status"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"last\.safetensors.*(full|[Nn]o space)")
        names, said = done.stdout.split("{", 1)
        self.assertEqual(sorted(names.split()), ["best.safetensors", "events.jsonl", "job.json", "preview.jpg"])
        self.assertIn("miou", json.loads("{" + said))

    def test_too_little_memory_says_what_fits(self):
        done = self.train("--data", f"folder:{self.folder}/yard", "--steps", 5, "--batch", 64,
                          "--crop", "640x480", "--memory-limit", 1000, "--output",
                          self.folder / "small", status=1)
        self.assertRegex(done.stderr, r"does not fit into 1000 MB; --batch \d+ does")
        fits = re.search(r"--batch (\d+) does", done.stderr)[1]
        self.train("--data", f"folder:{self.folder}/yard", "--steps", 2, "--batch", fits,
                   "--crop", "640x480", "--memory-limit", 1000, "--checks", 1, "--output",
                   self.folder / "fits")
        self.assertLess(self.peak_of_trainers(), 1000 << 20)

    @staticmethod
    def peak_of_trainers():
        """Bytes that the largest of the programs started by this test had in memory."""
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10

    def test_wrong_input_is_said(self):
        (self.folder / "yard" / "yard3.mask.png").write_text("no PNG")
        (self.folder / "yard" / "yard9.jpg").write_text("no JPEG")
        data = f"folder:{self.folder}/yard"
        done = self.train("--data", data, "--name", "front gate", "--output", self.folder / "a",
                          status=2)
        self.assertIn("name: may hold letters", done.stderr)
        done = self.train("--data", data, "--output", self.folder / "a", status=2)
        self.assertIn("yard3.mask.png", done.stderr)
        self.assertIn("yard9.jpg", done.stderr)
        (self.folder / "yard" / "yard7.mask.png").unlink()
        done = self.train("--data", data, "--output", self.folder / "b", status=2)
        self.assertIn("yard7.jpg has no class map", done.stderr)
        draw(self.folder / "yard", 50)  # mended: the same command may be given again
        self.train("--data", data, "--steps", 2, "--checks", 1, "--batch", 1, "--width", 0.5,
                   "--output", f"{self.folder}/a/")
        self.assertIn("goes on; only --minutes", self.train("--resume", self.folder / "a", "--crop",
                                                            "64x64", status=2).stderr)
        self.train("--resume", self.folder / "a", "--steps", 4)
        events = (self.folder / "a" / "events.jsonl").read_text()
        self.assertIn('"validated"', events[events.rindex('"started"'):], "what was learned further counts")
        self.train("--output", self.folder / "c", status=2)
        for nothing in ("folder:", "camvid:"):
            self.assertNotIn("terminate", self.train("--data", nothing, "--output", self.folder / "c",
                                                     status=2).stderr)
        latin = os.fsdecode(os.fsencode(self.folder) + b"/caf\xe9")
        self.assertIn("is no UTF-8", self.train("--data", data, "--output", latin, status=2).stderr)
        self.assertIn("nothing to go on with",
                      self.train("--resume", self.folder / "none", status=2).stderr)
        done = self.train("--data", "synthetic:1-4", "--start", self.folder / "yard" / "yard1.jpg",
                          "--output", self.folder / "d", status=2)
        self.assertNotIn("terminate", done.stderr)


if __name__ == "__main__":
    Train.fovea = sys.argv.pop(1)
    unittest.main()
