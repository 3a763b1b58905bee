#!/usr/bin/env python3
"""`fovea evaluate` against an independent computation over what `fovea infer` writes.

Usage: evaluate_test.py FOVEA [unittest arguments]
"""
import base64
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from PIL import Image
import pycocotools.coco
import pycocotools.cocoeval
from sklearn.metrics import jaccard_score

DATA = os.environ.get("FOVEA_DATA", "")
MODEL = DATA + "/models/deeplabv3_mnv2_dm05_pascal_quant.tflite"
VOC_CAR, CAMVID_CAR, CLASSES = 7, 8, 11


@unittest.skipUnless(DATA, "needs FOVEA_DATA")
class Evaluate(unittest.TestCase):
    fovea = ""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fovea-evaluate-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_fovea(self, *arguments, status=0):
        done = subprocess.run([self.fovea, *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def some_of_camvid(self, count):
        """A data set with a few pictures of the validation split, evenly picked."""
        source = pathlib.Path(DATA) / "camvid"
        pictures = sorted((source / "val").glob("*.jpg"))
        for picture in pictures[::len(pictures) // count][:count]:
            for split, name in (("val", picture.name), ("valannot", picture.stem + ".png")):
                (self.folder / split).mkdir(exist_ok=True)
                (self.folder / split / name).symlink_to(source / split / name)
        return sorted((self.folder / "val").iterdir())

    def test_agrees_with_a_computation_of_its_own(self):
        pictures = self.some_of_camvid(10)
        said = json.loads(self.run_fovea("evaluate", "--model", MODEL, "--json",
                                         "--data", f"camvid:{self.folder}/val").stdout)
        self.run_fovea("infer", "--model", MODEL, "--dct-scaling", "off",
                       "--output", self.folder / "out", *pictures)
        intersection, union = np.zeros(CLASSES), np.zeros(CLASSES)
        true_pixels, shown_pixels = [], []
        right = total = 0
        for picture in pictures:
            truth = np.asarray(Image.open(self.folder / "valannot" / (picture.stem + ".png")))
            voc = np.asarray(Image.open(self.folder / "out" / (picture.stem + ".mask.png")))
            shown = np.where(voc == VOC_CAR, CAMVID_CAR, 255)  # the one name they have in common
            known = truth < CLASSES
            true_pixels.append(truth[known])
            shown_pixels.append(shown[known])
            for c in range(CLASSES):
                intersection[c] += ((truth == c) & (shown == c) & known).sum()
                union[c] += (((truth == c) | (shown == c)) & known).sum()
            right += ((truth == shown) & known).sum()
            total += known.sum()
        iou = intersection[union > 0] / union[union > 0]
        self.assertAlmostEqual(said["miou"], iou.mean(), delta=1e-6)
        sklearn_iou = jaccard_score(np.concatenate(true_pixels), np.concatenate(shown_pixels),
                                    labels=np.flatnonzero(union), average="macro")
        self.assertAlmostEqual(said["miou"], sklearn_iou, delta=1e-6)
        self.assertAlmostEqual(said["pixel_accuracy"], right / total, delta=1e-6)
        self.assertAlmostEqual(said["classes"][CAMVID_CAR]["iou"],
                               intersection[CAMVID_CAR] / union[CAMVID_CAR], delta=1e-6)
        self.assertGreater(said["classes"][CAMVID_CAR]["iou"], 0.2, "it does find cars")
        self.assertEqual([c["name"] for c in said["classes"]][:4],
                         ["sky", "building", "pole", "road"])
        self.assertEqual(len(said["pictures"]), 10)

    def test_two_models_are_compared_in_a_report_with_pictures(self):
        self.some_of_camvid(6)
        report = self.folder / "report.html"
        said = json.loads(self.run_fovea(
            "evaluate", "--model", MODEL, "--model", "deeplab-dm05", "--json", "--html", report,
            "--data", f"camvid:{self.folder}/val").stdout)
        self.assertEqual([m["model"] for m in said["models"]], [MODEL, "deeplab-dm05"])
        self.assertEqual(said["models"][0]["miou"], said["models"][1]["miou"], "the same file")
        page = report.read_text()
        pictures = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)'", page)
        self.assertEqual(len(pictures), 2 * 2 * 4 * 3)
        for picture in pictures[:6]:
            opened = Image.open(io.BytesIO(base64.b64decode(picture)))
            self.assertEqual(opened.size, (480, 360))
        self.assertIn("bicyclist", page)

    def test_average_precision_agrees_with_pycocotools(self):
        """Truth is made of what the model finds: moved, doubled, left out and added at random."""
        yolox = DATA + "/models/yolox_nano.onnx"
        pictures = self.folder / "pictures"
        pictures.mkdir()
        with Image.open(DATA + "/images/bus.jpg") as bus:
            for i in range(6):
                bus.crop((40 * i, 30 * i, bus.width, bus.height)).save(pictures / f"{i}.png")
        self.run_fovea("infer", "--model", yolox, "--score", "0.001", "--dct-scaling", "off",
                       "--output", self.folder / "boxes", *sorted(pictures.iterdir()))
        found = json.loads((self.folder / "boxes" / "detections.json").read_text())
        random = np.random.default_rng(5)
        annotations = []
        for box in found:
            if box["score"] < 0.05 or random.random() < 0.2:
                continue
            x, y, w, h = np.array(box["bbox"]) + random.normal(0, 6, 4)
            annotations.append({"id": len(annotations) + 1, "image_id": box["image_id"],
                                "category_id": box["category_id"], "bbox": [x, y, abs(w), abs(h)],
                                "area": abs(w * h), "iscrowd": int(random.random() < 0.1)})
        categories = sorted({(box["category_id"], box["label"]) for box in found})
        truth = {"info": {}, "images": [{"id": i + 1, "file_name": f"{i}.png"} for i in range(6)],
                 "categories": [{"id": i, "name": name} for i, name in categories],
                 "annotations": annotations}
        file = self.folder / "truth.json"
        file.write_text(json.dumps(truth))
        said = json.loads(self.run_fovea("evaluate", "--model", yolox, "--json",
                                         "--data", f"coco:{pictures}:{file}").stdout)
        with contextlib.redirect_stdout(io.StringIO()):
            coco = pycocotools.coco.COCO(str(file))
            judge = pycocotools.cocoeval.COCOeval(coco, coco.loadRes(found), "bbox")
            judge.evaluate()
            judge.accumulate()
            judge.summarize()
        self.assertGreater(said["map"], 0.1)
        self.assertAlmostEqual(said["map"], judge.stats[0], delta=1e-4)
        self.assertAlmostEqual(said["map_50"], judge.stats[1], delta=1e-4)

    def test_the_table_is_for_people(self):
        text = self.run_fovea("evaluate", "--model", MODEL, "--data", "synthetic:5-6").stdout
        self.assertIn("person", text)
        self.assertIn("mIoU", text)
        self.assertIn("classes that the model does not have", text)
        self.assertIn("worst picture: seed", text)

    def test_what_is_wrong_is_said(self):
        for arguments, words in (
                (("--model", MODEL, "--data", "camvid:/nowhere/val"), "/nowhere/val"),
                (("--model", MODEL, "--data", "synthetic:9-3"), "first and the last seed"),
                (("--model", "no-such-model", "--data", "synthetic:1-1"), "no-such-model"),
                (("--model", DATA + "/models/yolox_nano.onnx", "--data", "synthetic:1-1"),
                 "detectors are measured on coco:")):
            with self.subTest(words):
                done = self.run_fovea("evaluate", *arguments, status=2)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    Evaluate.fovea = sys.argv.pop(1)
    unittest.main()
