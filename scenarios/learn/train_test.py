#!/usr/bin/env python3
"""`fovea train` as a user meets it; from labelled pictures to an alert: journeys/trained_test.py.

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
import unittest

from PIL import Image
import training

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "site"))
import world  # noqa: E402


class Train(training.Training, unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fovea-train-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        training.draw(self.folder / "yard", 50)

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
        self.assertEqual(sorted(names.split()), ["best.safetensors", "events.jsonl", "job.json", "lock",
                                                 "preview.jpg"])
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
        self.assertIn("'name' may hold letters", done.stderr)
        done = self.train("--data", data, "--output", self.folder / "a", status=2)
        self.assertIn("yard3.mask.png", done.stderr)
        self.assertIn("yard9.jpg", done.stderr)
        (self.folder / "yard" / "yard7.mask.png").unlink()
        done = self.train("--data", data, "--output", self.folder / "b", status=2)
        self.assertIn("yard7.jpg has no class map", done.stderr)
        training.draw(self.folder / "yard", 50)  # mended: the same command may be given again
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

    def test_masks_in_black_and_white_are_asked_about(self):
        folder = self.folder / "bw"
        training.draw(folder, 12)
        (folder / "classes.yaml").write_text("classes:\n  - {name: floor}\n  - {name: box}\n")
        data = ["--data", f"folder:{folder}"]
        masks = {path: Image.open(path).convert("L") for path in folder.glob("*.mask.png")}
        def redraw(values):
            for path, mask in masks.items():
                mask.point(lambda v: values.get(v, v)).save(path)
        for values, asked in (({1: 255, 2: 255}, "is 255 meant as 'box'?"),   # a white object
                              ({0: 255, 1: 0, 2: 0}, "is 255 meant as 'box'?"),  # a white floor
                              ({0: 255, 1: 1, 2: 1}, "is 255 meant as 'floor'?"),
                              ({1: 0, 2: 0}, "there is nothing to tell apart")):
            redraw(values)
            done = self.train(*data, "--steps", 4, "--output", self.folder / "bw-out", status=2)
            self.assertIn(asked, done.stderr)
            self.assertFalse((self.folder / "bw-out" / "best.safetensors").exists())
        # One of three classes is away: that may be meant, but is told loudly.
        (folder / "classes.yaml").write_text(
            "classes:\n  - {name: floor}\n  - {name: box}\n  - {name: ball}\n")
        redraw({2: 255})
        few = ["--steps", 2, "--batch", 2, "--checks", 1, "--width", 0.5]
        done = self.train(*data, *few, "--output", self.folder / "told")
        self.assertRegex(done.stderr, r"pixels to learn from: floor [\d.]+ %, box [\d.]+ %, ball 0.0 %,")
        self.assertIn("is 255 meant as 'ball'?", done.stderr)
        self.assertIn("on the pictures to check with, none of which shows 'ball', after", done.stdout)
        done = json.loads(self.train(*data, *few, "--output", self.folder / "json", "--json").stdout)
        self.assertIn("is 255 meant as 'ball'?", " ".join(done["notes"]))
        said = self.run_fovea("evaluate", "--model", self.folder / "told/model", *data, "--json")
        self.assertIn("is 255 meant as 'ball'?", said.stderr)
        self.assertIn("is 255 meant as 'ball'?", " ".join(json.loads(said.stdout)["notes"]))

    def test_the_colours_of_a_palette_decide(self):
        colours = [(0, 0, 0), (230, 159, 0), (0, 114, 178)]
        for name, order in (("same", [0, 1, 2]), ("mixed", [2, 0, 1])):
            folder = self.folder / name
            training.draw(folder, 12)
            (folder / "classes.yaml").write_text("classes:\n" + "".join(
                f'  - {{name: {word}, colour: "#{r:02x}{g:02x}{b:02x}"}}\n'
                for word, (r, g, b) in zip(("floor", "box", "ball"), colours)))
            for index, path in enumerate(sorted(folder.glob("*.mask.png"))):
                places = order if index % 2 else [0, 1, 2]
                mask = Image.open(path).point([places.index(v) if v in places else v for v in range(256)])
                mask = Image.frombytes("P", mask.size, mask.tobytes())
                mask.putpalette([part for place in places for part in colours[place]])
                mask.save(path)
        few = ["--steps", 6, "--batch", 2, "--checks", 1, "--width", 0.5, "--threads", 1]
        for name in ("same", "mixed"):
            self.train("--data", f"folder:{self.folder / name}", *few, "--output", self.folder / f"{name}-1")
        self.assertEqual((self.folder / "same-1/best.safetensors").read_bytes(),
                         (self.folder / "mixed-1/best.safetensors").read_bytes(), "learned the same")
        said = [json.loads(self.run_fovea("evaluate", "--model", self.folder / "same-1/model", "--json",
                                          "--data", f"folder:{self.folder / name}").stdout)
                for name in ("same", "mixed")]
        self.assertEqual(said[0]["confusion"], said[1]["confusion"])
        self.assertEqual(said[1]["notes"], [])
        # Without colours of the classes nobody can know, but a difference is told.
        (self.folder / "mixed/classes.yaml").write_text(
            "classes: [{name: floor}, {name: box}, {name: ball}]\n")
        done = self.train("--data", f"folder:{self.folder}/mixed", *few, "--output", self.folder / "told")
        self.assertRegex(done.stderr, r"the palettes of yard\d+.mask.png and yard\d+.mask.png differ")

    def test_two_trainers_never_write_the_same_files(self):
        output = self.folder / "t"
        common = ["--data", f"folder:{self.folder}/yard", "--batch", 2, "--width", 0.5]
        process = self.start(*common, "--steps", 5000, "--checks", 1000, "--output", output)
        self.addCleanup(process.kill)
        self.wait_for(lambda: (output / "last.safetensors").exists(), "the first state")
        for second in (["--resume", output, "--steps", 3], ["--resume", f"{output}/", "--steps", 3],
                       [*common, "--steps", 3, "--output", output]):
            done = self.train(*second, status=1)
            self.assertIn(f"a training runs in {output}", done.stderr)
        events = (output / "events.jsonl").read_text()
        self.assertEqual(events.count('"started"'), 1)
        process.kill()  # in whatever way it ends, another one may go on
        process.communicate(timeout=60)
        self.train("--resume", output, "--steps", 1)

    def test_labelled_pictures_are_no_place_for_a_training(self):
        yard = self.folder / "yard"
        before = sorted(path.name for path in yard.iterdir())
        done = self.train("--data", f"folder:{yard}", "--steps", 2, "--output", yard, status=2)
        self.assertIn("holds labelled pictures", done.stderr)
        self.assertEqual(sorted(path.name for path in yard.iterdir()), before)


if __name__ == "__main__":
    Train.fovea = sys.argv.pop(1)
    unittest.main()
