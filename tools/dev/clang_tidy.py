#!/usr/bin/env python3
"""clang_tidy.py --build DIR [all|changed]: clang-tidy over the sources that DIR compiles.

`changed` takes what differs from the commit before (and what is not committed). A file that passed
once is not looked at again until it, a header of ours that it includes, or .clang-tidy changes.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = "clang-tidy-14"


def closure(source, seen=None):
    """The file and the headers of ours that it includes, directly or not."""
    seen = {} if seen is None else seen
    if source in seen or not source.is_file():
        return seen
    text = source.read_text(errors="replace")
    seen[source] = text
    for name in re.findall(r'#\s*include\s+"([^"]+)"', text):
        closure(ROOT / "src" / name, seen)
    return seen


def fingerprint(source, command):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + command.encode())
    for path, text in sorted(closure(source).items()):
        digest.update(f"{path.relative_to(ROOT)}\0{text}\0".encode())
    return digest.hexdigest()[:24]


def changed_files():
    """Files that differ from the last commit's parent; without a history: nothing."""
    base = subprocess.run(["git", "-C", ROOT, "rev-parse", "-q", "--verify", "HEAD~1"],
                          capture_output=True, text=True)
    if base.returncode != 0:
        return set()
    listed = subprocess.run(["git", "-C", ROOT, "diff", "--name-only", base.stdout.strip()],
                            capture_output=True, text=True, check=True)
    fresh = subprocess.run(["git", "-C", ROOT, "ls-files", "--others", "--exclude-standard"],
                           capture_output=True, text=True, check=True)
    return {ROOT / name for name in (listed.stdout + fresh.stdout).split()}


def sources_of(entry):
    """The entry of the compile database; of a unity source, one for each source that it includes."""
    if not re.search(r"/unity_\d+_cxx\.cxx$", entry["file"]):
        return [entry]
    names = re.findall(r'#include "(.*)"', Path(entry["file"]).read_text())
    return [{**entry, "file": name, "command": entry["command"].replace(entry["file"], name)} for name in names]


def write_plain_commands(build, into):
    """The compile database, a source each, without GCC's precompiled headers, which clang cannot read."""
    commands = [source for entry in json.loads((build / "compile_commands.json").read_text())
                for source in sources_of(entry)]
    for entry in commands:
        entry["command"] = re.sub(r" -Winvalid-pch -include \S*/cmake_pch\.hxx", "", entry["command"])
    (into / "compile_commands.json").write_text(json.dumps(commands))


def wanted(build, which):
    commands = json.loads((build / "compile_commands.json").read_text())
    ours = {Path(c["file"]): c["command"] for c in commands if str(c["file"]).startswith(f"{ROOT}/src/")}
    if which == "changed":
        changed = changed_files()
        ours = {f: c for f, c in ours.items() if changed & closure(f).keys()}
        if len(ours) > 40:  # a header of everybody changed: then the changed files themselves do
            ours = {f: c for f, c in ours.items() if f in changed}
    return ours


def look_at(source, build, stamp):
    answer = subprocess.run(
        [PROGRAM, "-p", build, "--quiet", "--extra-arg=-Wno-unknown-warning-option", source],
        capture_output=True, text=True)
    if answer.returncode == 0:
        stamp.touch()
    return source, answer.returncode, answer.stdout + ("" if answer.stdout else answer.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=0, help="start no more files after this time")
    parser.add_argument("which", nargs="?", choices=["all", "changed"], default="all")
    options = parser.parse_args()
    stamps = options.build / "clang-tidy"
    stamps.mkdir(parents=True, exist_ok=True)
    write_plain_commands(options.build, stamps)
    todo = []
    for source, command in sorted(wanted(stamps, options.which).items()):
        stamp = stamps / fingerprint(source, command)
        if not stamp.exists():
            todo.append((source, stamp))
    began, failed, done, left = time.monotonic(), 0, 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        def one(item):
            if options.seconds and time.monotonic() - began > options.seconds:
                return item[0], None, ""
            return look_at(item[0], stamps, item[1])

        for source, status, output in pool.map(one, todo):
            if status is None:
                left += 1
                continue
            done += 1
            failed += status != 0
            print(f"[{done}/{len(todo)}] {source.relative_to(ROOT)}", flush=True)
            if status != 0:
                print(output, flush=True)
    print(f"clang-tidy: {done} files looked at, {failed} with findings, {left} left for ./dev lint, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
