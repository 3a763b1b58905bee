#!/usr/bin/env python3
"""results.py --fovea PROGRAM [--only NAME,...] [--from FOLDER]: measures and writes docs/results.md
and the tables of docs/learning.md and of the shipped model's card.

Runs each measurement in whole (15 minutes in all, and what trainings take that are not kept; the
machine should do nothing else), keeps the JSON and the plots in FOLDER (default build/results), and
puts the tables between the marks of the pages and the plots into docs/images/results. --from FOLDER
takes what was measured before, --only takes some measurements again. `./dev bench results` is that.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / "results.md", ROOT / "docs" / "learning.md",
         ROOT / "models" / "fovea-factory" / "README.md"]
IMAGES = ROOT / "docs" / "images" / "results"
PLOTS = ["pipeline-1", "hostile-1", "pipeline-against-python-1", "pipeline-against-python-2", "crowd-1", "viewers-1",
         "learn-tuning-1", "learn-network-1", "learn-street-1"]
LEARN = ["shipped", "step", "beside", "tuning", "network", "street"]  # rows of `fovea bench learn`

# By measurement: the numbers that the page shows, in words, and which way their goal goes. A star
# stands for all names that begin so.
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
    "hostile": [
        *[(f"{attack}_{what}", f"{words}: {of}", sign)
          for attack, words in [("jpeg", "the worst JPEG"), ("h264", "the worst H.264"),
                                ("status", "status, 10,000 a second"), ("large", "4K, 60 a second")]
          for what, of, sign in [("results", "results of the three", "≥"), ("age_p99", "their age, p99", "≤"),
                                 ("memory", "memory of the site", "≤"), ("attacker_cpu", "CPU of the attacker", "")]],
        ("honest_fps", "each honest camera", ""),
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
    "shipped": [
        ("shipped_unseen", "mIoU on seeds that it never saw", "≥"),
        ("shipped_worst_class", "the worst class there", "≥"),
        ("shipped_shifted", "mIoU on shifts that it never saw, mean of those below", "≥"),
        ("shipped_night", "at night", ""),
        ("shipped_fog", "in fog", ""),
        ("shipped_parts", "with other parts", ""),
        *[(f"shipped_view_{view}", f"from place {view}", "") for view in range(1, 5)],
        ("shipped_size", "size", "≤"),
        ("shipped_frame_time", "time of a frame over deeplab-dm05's", "≤"),
        ("shipped_frame_ms", "time of a frame", ""),
        ("shipped_iou_*", "IoU of {}", ""),
    ],
    "step": [
        ("step_over_python", "time of a step over Python's", "≤"),
        ("step_ms", "fovea-train", ""),
        ("step_ms_python", "Python's", ""),
    ],
    "beside": [
        ("beside_ratio", "frames/s beside a training over alone", "≥"),
        ("beside_alone", "alone", ""),
        ("beside_training", "beside it", ""),
    ],
    "tuning": [
        ("tuning_gap_closed", "of the gap, closed by 20 pictures in 10 minutes", "≥"),
        ("tuning_before", "mIoU of the shipped model there", ""),
        ("tuning_after", "trained on with 20 pictures", ""),
        ("tuning_bound", "trained on with 600, 30 minutes", ""),
        ("tuning_elsewhere", "trained on with 20 pictures, where it was before", ""),
    ],
    "network": [
        ("network_miou_*", "mIoU of width {}", ""),
        ("network_ms_*", "time of a frame, width {}", ""),
        ("network_worth_*", "mIoU over time, width {}", ""),
    ],
    "street": [
        ("street_miou", "mIoU of CamVid's val", "≥"),
        ("street_parameters", "parameters", "≤"),
        ("street_iou_*", "IoU of {}", ""),
    ],
}


def command_of(name, fovea, folder):
    if name == "page":
        return [ROOT / ".venv/bin/node", ROOT / "web/tests/measure.ts", "--json"]
    what = [name]
    if name == "against":
        what = ["pipeline", "--against", "python"]
    if name in LEARN:
        what = ["learn", "--rows", name, "--work", folder / "learn", "--again"]  # but trainings are kept
    return [fovea, "bench", *what, "--json", "--plots", folder]


def measure(name, fovea, folder):
    load = os.getloadavg()[0]
    done = subprocess.run(command_of(name, fovea, folder), stdout=subprocess.PIPE, check=True,
                          env={**os.environ, "FOVEA_PROGRAM": str(fovea)})
    report = {**json.loads(done.stdout), "load": load}
    (folder / f"{name}.json").write_text(json.dumps(report, indent=2))


def number(value):
    return f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"


def rows(name, metrics):
    for key, words, sign in ROWS[name]:
        if not key.endswith("*"):
            yield key, words, sign
            continue
        for found in metrics:
            if found.startswith(key[:-1]):
                yield found, words.format(f"`{found[len(key) - 1:]}`"), sign


def table(name, report):
    metrics = {metric["name"]: metric for metric in report["metrics"]}
    lines = ["| number | value | goal | |", "|---|---:|---:|---|"]
    for key, words, sign in rows(name, metrics):
        metric = metrics[key]
        goal = f"{sign} {number(metric['goal'])}" if metric["goal"] is not None else ""
        met = {None: "", True: "met", False: "**missed**"}[metric["met"]]
        spread = f" (spread {number(metric['spread'])})" if metric.get("spread") else ""
        lines.append(f"| {words} | {number(metric['value'])}{spread} {metric['unit']} | {goal} | {met} |")
    lines += ["", f"On {report['machine']}; load average {report['load']:.1f} before it began."]
    return "\n".join(lines)


def write_page(page, folder):
    text = page.read_text()
    for name in ROWS:
        begin, end = f"<!-- {name}: tools/dev/results.py -->\n", "\n<!-- end -->"
        if begin not in text:
            continue
        kept = folder / f"{name}.json"
        if not kept.exists():
            print(f"results: {name} was not measured; {page.name} keeps its table")
            continue
        report = json.loads(kept.read_text())
        text = re.sub(re.escape(begin) + ".*?" + re.escape(end),
                      lambda _, new=begin + table(name, report) + end: new, text, count=1, flags=re.DOTALL)
    page.write_text(text)


def copy_plots(folder):
    IMAGES.mkdir(parents=True, exist_ok=True)
    for plot in PLOTS:
        if (folder / f"{plot}.svg").exists():
            shutil.copy(folder / f"{plot}.svg", IMAGES)


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
    for page in PAGES:
        write_page(page, options.folder)
    copy_plots(options.folder)


if __name__ == "__main__":
    main()
