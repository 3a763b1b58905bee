#!/usr/bin/env python3
"""`fovea infer`, `fovea model` and their neighbours with what users really have: models of several
files, names of old sticks, folders that are labelled, disks that are full.

Usage: input_test.py FOVEA [unittest arguments]
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import numpy as np
import onnx
from onnx import TensorProto
from onnx import helper as make
from onnx import numpy_helper
from PIL import Image

FOVEA = ""


def save_model(path, seed, size=64):
    """A 1x1 convolution into 19 classes, with its numbers in PATH.data, as PyTorch's exporter does."""
    weights = np.random.default_rng(seed).standard_normal((19, 3, 1, 1)).astype(np.float32)
    info = make.make_tensor_value_info
    graph = make.make_graph(
        [make.make_node("Conv", ["images", "w"], ["scores"], kernel_shape=[1, 1])], "g",
        [info("images", TensorProto.FLOAT, [1, 3, size, size])],
        [info("scores", TensorProto.FLOAT, [1, 19, size, size])], [numpy_helper.from_array(weights, "w")])
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8)
    onnx.save_model(model, path, save_as_external_data=True, location=f"{path.name}.data",
                    size_threshold=0)


def content(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fovea-input-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.cache = "cache"

    def fovea(self, *arguments, status=0, stdout=subprocess.PIPE, limit=120):
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / self.cache)}
        done = subprocess.run([FOVEA, *arguments], stdout=stdout, stderr=subprocess.PIPE,
                              env=environment, timeout=limit, cwd=self.folder)
        self.assertEqual(done.returncode, status, (done.stdout or b"") + done.stderr)
        return done

    def refused(self, *arguments, status=2, **more):
        return self.fovea(*arguments, status=status, **more).stderr.decode()

    def picture(self, name="a.png", size=(64, 64), seed=5):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
        return path


class ModelOfSeveralFiles(Case):
    def mask(self, model, output):
        self.fovea("infer", "--model", model, "--output", output, "a.png")
        return (self.folder / output / "a.mask.png").read_bytes()

    def setUp(self):
        super().setUp()
        self.picture()
        for seed in (0, 1):
            (self.folder / f"seed{seed}").mkdir()
            save_model(self.folder / f"seed{seed}" / "m.onnx", seed)
        shutil.copytree(self.folder / "seed0", self.folder / "now")

    def test_new_weights_are_another_model(self):
        first = self.mask("now/m.onnx", "o0")
        self.assertEqual((self.folder / "seed0/m.onnx").read_bytes(),
                         (self.folder / "seed1/m.onnx").read_bytes(), "only the data differ")
        shutil.copy(self.folder / "seed1/m.onnx.data", self.folder / "now")
        second = self.mask("now/m.onnx", "o1")
        self.assertNotEqual(first, second, "the old weights run from the cache")
        self.cache = "another"
        self.assertEqual(second, self.mask("now/m.onnx", "o2"))

    def test_a_package_holds_and_vouches_for_every_file(self):
        first = self.mask("now/m.onnx", "o0")
        self.fovea("model", "package", "now/m.onnx", "--output", "pkg", "--name", "m", "--version", "1")
        self.fovea("model", "key", "signer")
        self.fovea("model", "sign", "pkg", "--key", "signer")
        self.fovea("model", "verify", "pkg", "--key", "signer.pub")
        shutil.rmtree(self.folder / "now")
        self.cache = "of-another-machine"
        self.assertEqual(first, self.mask("pkg", "op"))
        for name in ("m.onnx", "m.onnx.data"):
            file = self.folder / "pkg" / name
            whole = file.read_bytes()
            file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            self.fovea("model", "verify", "pkg", "--key", "signer.pub", status=2)
            self.assertIn("sha256", self.refused("infer", "--model", "pkg", "--output", "ox", "a.png"))
            file.write_bytes(whole)
        self.fovea("model", "verify", "pkg", "--key", "signer.pub")
        (self.folder / "pkg/m.onnx.data").unlink()
        self.assertIn("m.onnx.data",
                      self.refused("infer", "--model", "pkg", "--output", "ox", "a.png"))

    def test_weights_elsewhere_are_refused(self):
        model = onnx.load(self.folder / "now/m.onnx", load_external_data=False)
        for place in ("/etc/hostname", "../seed0/m.onnx.data"):
            for entry in model.graph.initializer[0].external_data:
                if entry.key == "location":
                    entry.value = place
            (self.folder / "now/m.onnx").write_bytes(model.SerializeToString())
            self.assertIn("not in its own folder",
                          self.refused("infer", "--model", "now/m.onnx", "--output", "o", "a.png"))


class NoModel(Case):
    def test_what_never_ends_is_refused_at_once(self):
        self.picture()
        os.mkfifo(self.folder / "pipe.onnx")
        os.mkfifo(self.folder / "net.manifest.json")
        for model in ("/dev/urandom", "/dev/zero", "pipe.onnx", "net.manifest.json"):
            begin = time.monotonic()
            for command in (["infer", "--model", model, "--output", "o", "a.png"],
                            ["model", "inspect", model],
                            ["model", "package", model, "--output", "p", "--name", "n"],
                            ["evaluate", "--model", model, "--data", "synthetic:1-2"]):
                self.assertIn("not a plain file", self.refused(*command, limit=20), command)
            self.assertLess(time.monotonic() - begin, 20)

    def test_pictures_that_never_end_are_none(self):
        self.picture("folder/a.png")
        os.mkfifo(self.folder / "folder/b.png")
        self.fovea("infer", "--model", "fovea-factory", "--output", "o", "folder", limit=60)
        self.assertIn("not a plain file", self.refused("infer", "--model", "fovea-factory", "--output",
                                                       "o2", "folder/b.png", limit=20))

    def test_a_page_is_called_one(self):
        self.picture()
        (self.folder / "page.onnx").write_text(
            "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n")
        self.assertIn("is a web page, not a model; was the download signed in?",
                      self.refused("infer", "--model", "page.onnx", "--output", "o", "a.png"))


class Names(Case):
    def test_one_that_is_no_utf_8(self):
        for seed in range(3):
            self.picture(f"old/{seed}.jpg", seed=seed)
        os.rename(bytes(self.folder) + b"/old/2.jpg", bytes(self.folder) + b"/old/h\xf6f.jpg")
        done = self.fovea("infer", "--model", "fovea-factory", "--output", "o", "--json", "old")
        said = json.loads(done.stdout)
        self.assertEqual([each["file"] for each in said["inputs"]],
                         ["old/0.jpg", "old/1.jpg", "old/h\ufffdf.jpg"])
        # Neighbours: the same name as a model, in a data set, as an input that is not there.
        for command in (["infer", "--json", "--model", b"h\xf6f.onnx", "--output", "o2", "old"],
                        ["infer", "--json", "--model", "fovea-factory", "--output", "o2", b"h\xf6f"],
                        ["model", "inspect", b"old/h\xf6f.jpg"],
                        ["camera", "probe", "--json", b"folder:h\xf6f"],
                        ["evaluate", "--json", "--model", "fovea-factory", "--data", "folder:old"],
                        ["evaluate", "--json", "--model", "fovea-factory", "--data", b"folder:h\xf6f"]):
            self.fovea(*command, status=2)


class Labels(Case):
    def draw(self, folder, classes=True):
        for seed in range(3):
            self.picture(f"{folder}/{seed}.jpg", size=(160, 96), seed=seed)
            Image.new("L", (160, 96), seed % 2).save(self.folder / folder / f"{seed}.mask.png")
        if classes:
            (self.folder / folder / "classes.yaml").write_text("classes: [{name: floor}, {name: box}]\n")

    def infer(self, *arguments, **more):
        return self.fovea("infer", "--model", "fovea-factory", *arguments, **more)

    def test_what_was_drawn_is_not_replaced(self):
        self.draw("yard")
        self.draw("bare", classes=False)
        self.picture("other/0.jpg", size=(160, 96))
        for output, inputs in (("yard", "yard"), ("yard", "other"), ("yard/", "other/0.jpg"),
                               ("bare", "bare"), ("bare", "other"), ("./bare/../bare", "bare/0.jpg")):
            before = content(self.folder / output)
            words = self.refused("infer", "--model", "fovea-factory", "--output", output, inputs)
            self.assertRegex(words, "labelled pictures|is there already")
            self.assertEqual(content(self.folder / output), before, (output, inputs))

    def test_a_mask_beside_its_picture_is_no_picture(self):
        self.draw("yard")
        self.infer("--output", "o", "yard")
        self.assertEqual(sorted(path.name for path in (self.folder / "o").glob("*.mask.png")),
                         [f"{seed}.mask.png" for seed in range(3)])
        probed = self.fovea("camera", "probe", "--json", "folder:yard")
        self.assertIn("3 pictures", json.loads(probed.stdout)["description"])

    def test_what_an_earlier_run_wrote_is_replaced(self):
        self.picture("in/0.jpg", size=(160, 96))
        self.infer("--output", "in", "in")  # beside the pictures, where nothing was drawn
        self.infer("--output", "in", "in/0.jpg")
        mask = self.folder / "in/0.mask.png"
        time.sleep(0.02)
        Image.new("L", (160, 96), 3).save(mask)  # put right by hand since
        before = mask.read_bytes()
        self.refused("infer", "--model", "fovea-factory", "--output", "in", "in/0.jpg")
        self.assertEqual(mask.read_bytes(), before)

    def test_nothing_but_a_summary_is_taken_for_one(self):
        self.picture("a.png")
        (self.folder / "o").mkdir()
        (self.folder / "o/summary.json").write_text('{"of": "another program"}')
        self.refused("infer", "--model", "fovea-factory", "--output", "o", "a.png")
        self.assertIn("another", (self.folder / "o/summary.json").read_text())


class FullDisk(Case):
    def test_a_result_that_did_not_get_through_is_an_error(self):
        self.picture()
        self.picture("yard/0.jpg", size=(160, 96))
        mask = Image.new("L", (160, 96), 1)
        mask.paste(0, (0, 0, 80, 96))
        mask.save(self.folder / "yard/0.mask.png")
        (self.folder / "yard/classes.yaml").write_text("classes: [{name: floor}, {name: person}]\n")
        for command in (["infer", "--json", "--model", "fovea-factory", "--output", "o", "a.png"],
                        ["model", "list"], ["model", "list", "--json"],
                        ["model", "inspect", "--help"], ["--version"], ["site", "--help"],
                        ["camera", "probe", "synthetic:1"], ["camera", "probe", "--json", "synthetic:1"],
                        ["evaluate", "--model", "fovea-factory", "--data", "folder:yard"],
                        ["evaluate", "--json", "--model", "fovea-factory", "--data", "folder:yard"],
                        ["site", "--camera", "yard=synthetic:1", "--check"],
                        ["site", "--diagnose"],
                        ["user", "list", "--json", "--state", "st"],
                        ["device", "list", "--json", "--state", "st"]):
            with open("/dev/full", "wb") as full:
                words = self.refused(*command, status=1, stdout=full)
            self.assertIn("writing the result to standard output failed: No space left on device",
                          words, command)

    def test_a_token_that_nobody_saw_is_none(self):
        with open("/dev/full", "wb") as full:
            words = self.refused("user", "token", "add", "wall", "--state", "st", status=1, stdout=full)
        self.assertIn("printing the token failed: No space left on device; it was removed", words)
        done = subprocess.run([FOVEA, "user", "token", "list", "--json", "--state", "st"],
                              stdout=subprocess.PIPE, cwd=self.folder, check=True)
        self.assertEqual(json.loads(done.stdout), {"tokens": []})

    def test_a_reader_that_has_seen_enough_is_none(self):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run([FOVEA, "model", "list", "--json"], stdout=writing,
                              stderr=subprocess.PIPE)
        os.close(writing)
        self.assertEqual(done.stderr, b"")


if __name__ == "__main__":
    FOVEA = sys.argv.pop(1)
    unittest.main()
