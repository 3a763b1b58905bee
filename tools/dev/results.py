#!/usr/bin/env python3
"""results.py --fovea PROGRAM [--only NAME,...] [--from FOLDER]: measures and writes docs/results.md.

Runs each measurement in whole (15 minutes in all; the machine should do nothing else), keeps the
JSON and the plots in FOLDER (default build/results), and puts the tables between the marks of
docs/results.md and the plots into docs/images/results. --from FOLDER takes what was measured
before, --only takes some measurements again. `./dev bench results` is that.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "results.md"
PLOTS = ["pipeline-1", "pipeline-against-python-1", "pipeline-against-python-2", "crowd-1", "viewers-1"]

# By measurement: the numbers that the page shows, in words, and which way their goal goes.
ROWS = {
    "pipeline": [
        ("throughput_ratio", "end to end over the bare engine", "≥"),
        ("engine_fps", "the bare engine", ""),
        ("pipeline_fps", "end to end", ""),
        ("cpu_outside_engine", "CPU of a frame outside the engine", "≤"),
        ("latency_overhead_p50", "capture to result minus inference, p50", "≤"),
        ("latency_overhead_p99", "the same, p99", "≤"),
        ("overload_age_p99", "overload: age of results, p99", "≤"),
        ("overload_age_drift", "overload: age, last third over first", "≤"),
        ("overload_memory_growth", "overload: memory grown", "≤"),
        ("cpu_of_others", "used by other processes meanwhile", ""),
    ],
    "against": [
        ("cpu_over_python", "CPU of a frame outside the engine, over Python", "≤"),
        ("cpu_outside_codecs_over_python", "the same outside codecs", "≤"),
        ("age_p99_over_python", "age of results, p99, over Python", "≤"),
        ("cpu", "CPU of a frame outside the engine", ""),
        ("cpu_python", "Python's", ""),
        ("cpu_codecs", "of which codecs", ""),
        ("cpu_codecs_python", "Python's", ""),
        ("fps", "results, of 30 a second", ""),
        ("fps_python", "Python's", ""),
        ("age_p50", "age of results, p50", ""),
        ("age_p50_python", "Python's", ""),
        ("age_p99", "age of results, p99", ""),
        ("age_p99_python", "Python's", ""),
    ],
    "crowd": [
        ("crowd_cameras", "cameras that had results", "≥"),
        ("crowd_turns", "results of the camera that got least over the middle one", "≥"),
        ("crowd_age_drift", "age, last third over first", "≤"),
        ("crowd_memory_growth", "memory grown", "≤"),
        ("crowd_results", "results of all cameras", ""),
        ("crowd_frames", "frames received", ""),
        ("crowd_age_p50", "age, p50", ""),
        ("crowd_age_p99", "age, p99", ""),
        ("crowd_cpu_per_camera", "CPU of the site outside inference, per camera", ""),
        ("crowd_agent_cpu_per_camera", "CPU of a camera's agent, passing JPEG through", ""),
    ],
    "viewers": [
        ("viewer_frame_cpu", "CPU of the site per frame and viewer", "≤"),
        ("slow_viewers_effect", "frames of who got least, beside slow ones over without", "≥"),
        ("viewer_fps", "frames of a viewer", ""),
        ("viewer_age_p50", "captured to received, p50", ""),
        ("viewer_age_p99", "captured to received, p99", ""),
        ("cpu_without_viewers", "the site when nobody watches", ""),
        ("cpu_with_viewers", "the site with 20 viewers", ""),
    ],
    "camera": [
        ("raw_cpu", "CPU, from raw pictures, JPEG encoding included", "≤"),
        ("raw_memory", "memory, from raw pictures", "≤"),
        ("raw_fps", "frames that arrived, of 15 a second", ""),
        ("jpeg_cpu", "CPU, passing JPEG through", "≤"),
        ("jpeg_memory", "memory, passing JPEG through", "≤"),
        ("jpeg_fps", "frames that arrived, of 15 a second", ""),
    ],
    "gating": [
        ("inferences_saved", "frames over inferences, a hall that mostly rests", "≥"),
        ("entries_late", "entries seen later than two frames", "≤"),
        ("entries", "entries in all", ""),
        ("miou_lost", "mIoU lost", "≤"),
        ("gate_cpu", "CPU of the gate per frame", ""),
        ("busy_inferences_saved", "frames over inferences, a busy hall", ""),
        ("busy_miou_lost", "mIoU lost, a busy hall", "≤"),
    ],
    "page": [
        ("glass_jpeg_p50", "glass to glass, JPEG, p50", "≤"),
        ("glass_jpeg_p99", "p99", ""),
        ("glass_h264_p50", "glass to glass, H.264, p50", "≤"),
        ("glass_h264_p99", "p99", ""),
        ("first_picture", "opening the page to the first picture", "≤"),
        ("first_picture_worst", "the slowest opening", ""),
        ("script", "scripts, compressed", "≤"),
    ],
}


def command_of(name, fovea, folder):
    if name == "page":
        return [ROOT / ".venv/bin/node", ROOT / "web/tests/measure.ts", "--json"]
    what = ["pipeline", "--against", "python"] if name == "against" else [name]
    return [fovea, "bench", *what, "--json", "--plots", folder]


def measure(name, fovea, folder):
    load = os.getloadavg()[0]
    done = subprocess.run(command_of(name, fovea, folder), stdout=subprocess.PIPE, check=True,
                          env={**os.environ, "FOVEA_PROGRAM": str(fovea)})
    report = {**json.loads(done.stdout), "load": load}
    (folder / f"{name}.json").write_text(json.dumps(report, indent=2))


def number(value):
    return f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"


def table(name, report):
    metrics = {metric["name"]: metric for metric in report["metrics"]}
    lines = ["| number | value | goal | |", "|---|---:|---:|---|"]
    for key, words, sign in ROWS[name]:
        metric = metrics[key]
        goal = f"{sign} {number(metric['goal'])}" if metric["goal"] is not None else ""
        met = {None: "", True: "met", False: "**missed**"}[metric["met"]]
        lines.append(f"| {words} | {number(metric['value'])} {metric['unit']} | {goal} | {met} |")
    lines += ["", f"On {report['machine']}; load average {report['load']:.1f} before it began."]
    return "\n".join(lines)


def write_page(folder):
    text = PAGE.read_text()
    for name in ROWS:
        report = json.loads((folder / f"{name}.json").read_text())
        begin, end = f"<!-- {name}: tools/dev/results.py -->\n", "\n<!-- end -->"
        text = re.sub(re.escape(begin) + ".*?" + re.escape(end),
                      lambda _, new=begin + table(name, report) + end: new, text, count=1, flags=re.DOTALL)
    PAGE.write_text(text)
    images = PAGE.parent / "images" / "results"
    images.mkdir(parents=True, exist_ok=True)
    for plot in PLOTS:
        shutil.copy(folder / f"{plot}.svg", images)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fovea", type=Path, default=ROOT / "build/release/bin/fovea")
    parser.add_argument("--only", default=",".join(ROWS), help="measurements, by comma; none: ''")
    parser.add_argument("--from", dest="folder", type=Path, default=ROOT / "build/results")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in filter(None, options.only.split(",")):
        print(f"results: {name}", flush=True)
        measure(name, options.fovea.resolve(), options.folder)
    write_page(options.folder)


if __name__ == "__main__":
    main()
