#!/usr/bin/env python3
"""`fovea infer` and `fovea model` from outside, against results that nobody here made.

Usage: infer_test.py FOVEA [unittest arguments]
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import cv2
import numpy as np

import reference

FOVEA = ""
DATA = os.environ.get("FOVEA_DATA", "")
DEEPLAB = DATA + "/models/deeplabv3_mnv2_dm05_pascal_quant.tflite"
YOLOX = DATA + "/models/yolox_nano.onnx"
BUS = DATA + "/images/bus.jpg"
TINY = pathlib.Path(__file__).parents[2] / "src" / "infer" / "testdata"
needs_data = unittest.skipUnless(DATA, "needs FOVEA_DATA")


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fovea-infer-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache")}

    def fovea(self, *arguments, status=0, **environment):
        done = subprocess.run([FOVEA, *map(str, arguments)], capture_output=True, text=True,
                              env={**self.environment, **environment}, timeout=240)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def infer(self, model, *inputs, status=0, output="out"):
        done = self.fovea("infer", "--model", model, "--output", self.folder / output, *inputs,
                          status=status)
        return done, self.folder / output


def frames(video, every):
    """Every so many-th frame of a video, as OpenCV decodes it."""
    capture = cv2.VideoCapture(video)
    for number in range(10**6):
        more, frame = capture.read()
        if not more:
            return
        if number % every == every // 2:
            yield frame


def agreement(mask, expected):
    return float((mask == expected).mean())


class Segmentation(Case):
    def pictures(self):
        """Real pictures as JPEG files: a photo, driving scenes and frames of both videos."""
        files = [pathlib.Path(BUS)] + sorted(pathlib.Path(DATA, "camvid/val").glob("*.jpg"))[::12]
        for name, every in (("bottle-detection", 150), ("car-detection", 60)):
            for index, frame in enumerate(frames(f"{DATA}/videos/{name}.mp4", every)):
                file = self.folder / f"{name}-{index}.jpg"
                cv2.imwrite(str(file), frame, [cv2.IMWRITE_JPEG_QUALITY, 92])
                files.append(file)
        # Cameras make larger pictures than these: only there a smaller scale covers the network.
        for index, file in enumerate(files[:8:2]):
            large = cv2.resize(cv2.imread(str(file)), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
            files.append(self.folder / f"large-{index}.jpg")
            cv2.imwrite(str(files[-1]), large, [cv2.IMWRITE_JPEG_QUALITY, 92])
        return files

    @needs_data
    def test_agrees_with_openvino_s_own_python(self):
        files = self.pictures()
        self.assertGreater(len(files), 15)
        model = reference.deeplab(DEEPLAB)
        for scaling, goal in (("off", 0.995), ("on", 0.985)):
            _, out = self.infer("deeplab-dm05", *files, "--precision", "f32", "--dct-scaling",
                                scaling, output=scaling)
            summary = json.loads((out / "summary.json").read_text())
            self.assertEqual([each["file"] for each in summary["inputs"]], list(map(str, files)))
            shares = []
            for file, entry in zip(files, summary["inputs"]):
                picture = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
                height, width = picture.shape[:2]
                mask = cv2.imread(str(out / f"{file.stem}.mask.png"), cv2.IMREAD_UNCHANGED)
                self.assertEqual(mask.shape, (height, width))
                self.assertEqual((entry["width"], entry["height"]), (width, height))
                expected = reference.nearest(model(picture), width, height)
                shares.append(agreement(mask, expected))
                self.assertGreaterEqual(shares[-1], goal if scaling == "off" else 0.95, file)
                if "background" in entry["classes"]:
                    self.assertAlmostEqual(entry["classes"]["background"], float((mask == 0).mean()),
                                           places=4)
                overlay = cv2.imread(str(out / f"{file.stem}.overlay.jpg"))
                self.assertEqual(overlay.shape, picture.shape)
            print(f"deeplab, DCT scaling {scaling}: {len(files)} pictures, agreement mean "
                  f"{np.mean(shares):.5f}, worst {min(shares):.5f}")
            self.assertGreaterEqual(np.mean(shares), goal)

    def test_tiny_models_against_numpy(self):
        # A picture of the network's size: nothing is resized, so every pixel is exact.
        rng = np.random.default_rng(5)
        picture = rng.integers(0, 256, (6, 8, 3), np.uint8)
        file = self.folder / "tiny.png"
        cv2.imwrite(str(file), picture[:, :, ::-1])
        scores = np.concatenate((picture * 0.05, np.full((6, 8, 1), 5.0)), 2)
        for name in ("logits_nchw", "logits_nhwc", "class_map", "softmax_nchw"):
            shutil.copy(TINY / f"{name}.onnx", self.folder)
            head = "logits_nchw" if name == "softmax_nchw" else name
            manifest = {"name": name, "version": "1", "task": "segmentation", "head": head,
                        "file": f"{name}.onnx",
                        "input": {"width": 8, "height": 6, "layout": "nchw"},
                        "classes": [{"name": c, "colour": "#102030"} for c in "rgbx"]}
            (self.folder / f"{name}.manifest.json").write_text(json.dumps(manifest))
            _, out = self.infer(self.folder / f"{name}.onnx", file, "--precision", "f32",
                                output=name)
            mask = cv2.imread(str(out / "tiny.mask.png"), cv2.IMREAD_UNCHANGED)
            np.testing.assert_array_equal(mask, scores.argmax(2))


NAMES = {0: ("person", 1), 5: ("bus", 6)}  # COCO's label and category of the classes on bus.jpg


def overlap(box, corners):
    """Intersection over union of [x, y, width, height] and [x1, y1, x2, y2]."""
    x, y, width, height = box
    x1, y1, x2, y2 = corners
    common = max(0, min(x + width, x2) - max(x, x1)) * max(0, min(y + height, y2) - max(y, y1))
    return common / (width * height + (x2 - x1) * (y2 - y1) - common)


class Detection(Case):
    @needs_data
    def test_boxes_match_the_published_decoding(self):
        expected = reference.yolox(YOLOX, cv2.imread(BUS), 0.25)
        self.assertGreaterEqual(len(expected), 4)
        self.infer("yolox-nano", BUS, "--precision", "f32", "--dct-scaling", "off", output="exact")
        self.infer("yolox-nano", BUS, output="default")
        for output in ("exact", "default"):
            boxes = json.loads((self.folder / output / "detections.json").read_text())
            self.assertEqual(len(boxes), len(expected))
            for found, (index, score, corners) in zip(boxes, expected):
                self.assertEqual((found["label"], found["category_id"]), NAMES[index])
                self.assertEqual(found["image_id"], 1)
                self.assertAlmostEqual(found["score"], score, delta=0.03)
                share = overlap(found["bbox"], corners)
                print(f"yolox, {output}: {found['label']} {found['score']:.3f} IoU {share:.4f}")
                self.assertGreaterEqual(share, 0.95)


class BadInput(Case):
    @needs_data
    def test_a_bad_picture_does_not_stop_the_others(self):
        good = self.folder / "good.jpg"
        shutil.copy(BUS, good)
        cut = self.folder / "cut.jpg"
        cut.write_bytes(good.read_bytes()[:3000])
        text = self.folder / "text.jpg"
        text.write_text("not a picture")
        bomb = self.folder / "bomb.jpg"
        data = bytearray(good.read_bytes())
        at = data.index(b"\xff\xc0")
        data[at + 5:at + 9] = b"\xff\xff\xff\xff"
        bomb.write_bytes(bytes(data))
        from PIL import Image
        cmyk = self.folder / "cmyk.jpg"
        Image.open(BUS).convert("CMYK").save(cmyk)
        done, out = self.infer("deeplab-dm05", cut, text, bomb, cmyk, good, status=2)
        summary = json.loads((out / "summary.json").read_text())
        self.assertEqual([each["image_id"] for each in summary["inputs"]], [5])
        self.assertEqual([each["image_id"] for each in summary["errors"]], [1, 2, 3, 4])
        self.assertTrue((out / "good.mask.png").exists())
        for name in ("cut", "text", "bomb", "cmyk"):
            lines = [line for line in done.stderr.splitlines() if f"{name}.jpg:" in line]
            self.assertEqual(len(lines), 1, done.stderr)

    @needs_data
    def test_bad_models_are_refused_in_one_sentence(self):
        for source, name in ((DEEPLAB, "cut.tflite"), (YOLOX, "cut.onnx")):
            data = pathlib.Path(source).read_bytes()
            for size in (0, 10, len(data) // 2, len(data) - 1):
                (self.folder / name).write_bytes(data[:size])
                done, _ = self.infer(self.folder / name, BUS, status=2)
                self.assertIn("cannot be read as a model", done.stderr)
        self.assertIn("not a kind of model file", self.infer(BUS, BUS, status=2)[0].stderr)
        self.assertIn("did you mean 'yolox-nano'", self.infer("yolox-nan", BUS, status=2)[0].stderr)
        self.assertIn("classification", self.infer("mobilenet-v2", BUS, status=2)[0].stderr)

    def test_manifests_that_do_not_fit_are_refused(self):
        shutil.copy(TINY / "logits_nchw.onnx", self.folder / "net.onnx")
        good = {"name": "net", "version": "1", "task": "segmentation", "head": "logits_nchw",
                "file": "net.onnx", "input": {"width": 8, "height": 6, "layout": "nchw"},
                "classes": [{"name": c, "colour": "#102030"} for c in "rgbx"]}
        picture = self.folder / "p.png"
        cv2.imwrite(str(picture), np.zeros((6, 8, 3), np.uint8))
        wrong = {
            "lists 3 classes": {"classes": good["classes"][:3]},
            "at least one class": {"classes": []},
            "the model takes": {"input": {"width": 9, "height": 6, "layout": "nchw"}},
            "'input.layout' must be one of nhwc, nchw": {
                "input": {"width": 8, "height": 6, "layout": "chwn"}},
            "did you mean 'classes'": {"clases": []},
            "does not belong to the task": {"head": "yolox"},
            "its sha256 is": {"sha256": "0" * 64},
            "plain name of a file": {"file": "../net.onnx"},
        }
        for message, change in wrong.items():
            (self.folder / "net.manifest.json").write_text(json.dumps({**good, **change}))
            done, _ = self.infer(self.folder / "net.onnx", picture, status=2)
            self.assertIn(message, done.stderr)
        (self.folder / "net.manifest.json").write_text("{")
        done, _ = self.infer(self.folder / "net.onnx", picture, status=2)
        self.assertIn("is not well-formed", done.stderr)

    def test_two_inputs_of_one_stem_are_an_error(self):
        for kind in ("png", "jpg"):
            cv2.imwrite(str(self.folder / f"same.{kind}"), np.zeros((6, 8, 3), np.uint8))
        done, out = self.infer("deeplab-dm05", self.folder / "same.png", self.folder / "same.jpg",
                               status=2)
        self.assertIn("would write the same files", done.stderr)
        self.assertFalse(out.exists())


class Catalog(Case):
    def test_list_is_json(self):
        models = json.loads(self.fovea("model", "list", "--json").stdout)["models"]
        self.assertEqual([each["name"] for each in models],
                         ["fovea-factory", "deeplab-dm05", "yolox-nano", "mobilenet-v2"])

    @needs_data
    def test_a_mirror_is_used_and_checked(self):
        mirror = self.folder / "mirror"
        mirror.mkdir()
        file = mirror / pathlib.Path(DEEPLAB).name
        shutil.copyfile(DEEPLAB, file)
        done = self.fovea("model", "get", "deeplab-dm05", "--mirror", mirror, FOVEA_DATA="")
        self.assertEqual(done.stdout.strip(), str(file))
        done = self.fovea("model", "verify", FOVEA_MODELS=str(mirror), FOVEA_DATA="")
        self.assertIn("deeplab-dm05: ok", done.stdout)
        with open(file, "ab") as damaged:
            damaged.write(b"x")
        sums = hashlib.sha256(file.read_bytes()).hexdigest(), \
            hashlib.sha256(pathlib.Path(DEEPLAB).read_bytes()).hexdigest()
        done = self.fovea("model", "verify", FOVEA_MODELS=str(mirror), FOVEA_DATA="", status=2)
        for digest in sums:
            self.assertIn(digest, done.stderr)

    @needs_data
    def test_a_package_travels_signed(self):
        package, key = self.folder / "yard-3", self.folder / "signer"
        self.fovea("model", "package", TINY / "logits_nchw.onnx", "--output", package,
                   "--name", "yard", "--version", "3", "--licence", "Apache-2.0")
        self.assertEqual(sorted(p.name for p in package.iterdir()),
                         ["yard.manifest.json", "yard.onnx"])
        manifest = json.loads((package / "yard.manifest.json").read_text())
        self.assertEqual((manifest["name"], manifest["version"]), ("yard", "3"))
        self.assertEqual(manifest["sha256"],
                         hashlib.sha256((package / "yard.onnx").read_bytes()).hexdigest())
        self.fovea("model", "key", key)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        self.fovea("model", "sign", package, "--key", key)
        moved = self.folder / "elsewhere"
        package.rename(moved)
        done = self.fovea("model", "verify", moved, "--key", f"{key}.pub", "--json")
        self.assertTrue(json.loads(done.stdout)["models"][0]["ok"])
        self.assertIn(": ok (", self.fovea("model", "verify", moved).stdout)
        picture = self.folder / "grey.png"
        cv2.imwrite(str(picture), np.full((32, 64, 3), 100, np.uint8))
        _, output = self.infer(moved, picture)
        self.assertTrue((output / "grey.mask.png").exists(), "a folder is a model")
        (moved / "yard.manifest.json").write_text(
            (moved / "yard.manifest.json").read_text().replace('"3"', '"4"'))
        done = self.fovea("model", "verify", moved, "--key", f"{key}.pub", status=2)
        self.assertIn("was changed", done.stderr)

    def test_inspect_proposes_manifests_that_work(self):
        unknown = self.folder / "unknown.tflite"
        shutil.copy(DEEPLAB, unknown)
        known = json.loads(self.fovea("model", "inspect", unknown).stdout)
        self.assertEqual(known["name"], "deeplab-dm05")  # by its sha256
        # One byte more is another sha256: now it is the shape that tells.
        for source, name, head, count in ((DEEPLAB, "other.tflite", "class_map", 21),
                                          (YOLOX, "other.onnx", "yolox", 80)):
            file = self.folder / name
            # A trailing unknown field for ONNX (number 100, 0), a byte for TFLite.
            file.write_bytes(pathlib.Path(source).read_bytes() + b"\xa0\x06\x00")
            proposal = json.loads(self.fovea("model", "inspect", file).stdout)
            self.assertEqual((proposal["head"], len(proposal["classes"])), (head, count))
            done, out = self.infer(file, BUS, output=name + ".out")
            self.assertIn("this proposal is used", done.stderr)
            self.assertTrue((out / "bus.overlay.jpg").exists())
        self.assertEqual(proposal["input"]["resize"], "letterbox_top_left")
        self.assertEqual(proposal["input"]["colour"], "bgr")


if __name__ == "__main__":
    FOVEA = sys.argv.pop(1)
    unittest.main()
