#!/usr/bin/env python3
"""run_tests.py BUILD FOLDER... [-- CTEST_ARGS]: ctest over several build folders as one run.

Ends with what was skipped and why, what failed, and ctest's own closing line, in which each case of
a GoogleTest suite counts. Where FOVEA_DATA is set, a test that was skipped because data is missing
counts as failed.
"""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

CLOSING = re.compile(r"^\d+% tests passed, \d+ tests? failed out of \d+")

# How the kinds of tests say that they were skipped, and why.
REASONS = [
    re.compile(r": Skipped\n+(?P<why>[^\n]+)"),  # GoogleTest
    re.compile(r"\.\.\. skipped ['\"](?P<why>.+)['\"]"),  # unittest
    re.compile(r"^ +- +\d+ (?P<why>\[.+)$", re.MULTILINE),  # Playwright: the name says it all
    re.compile(r"^SKIPPED:? (?P<why>.+)$", re.MULTILINE),  # our own scripts
]


def skip_reasons(case):
    """Why a test, or a part of it, was skipped; empty if nothing was."""
    output = case.findtext("system-out") or ""
    reasons = [m.group("why").strip() for r in REASONS for m in r.finditer(output)]
    if not reasons and case.find("skipped") is not None:
        reasons = [case.find("skipped").get("message") or "no reason given"]
    return list(dict.fromkeys(reasons))


def stream_ctest(command):
    """Shows ctest's output as it comes, without its closing part; returns the status."""
    closing = False
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace")
    for line in process.stdout:
        closing = closing or CLOSING.match(line) is not None
        if not closing:
            print(line, end="", flush=True)
    return process.wait()


GTEST_COUNT = re.compile(r"^\[=+\] Running (\d+) tests? from", re.MULTILINE)
GTEST_FAILED = re.compile(r"^\[  FAILED  \] ([\w/]+\.[\w/]+).*\(\d+ ms\)$", re.MULTILINE)


def count_of(case):
    """How many tests it is: a suite's cases, else one."""
    found = GTEST_COUNT.search(case.findtext("system-out") or "")
    return max(1, int(found[1])) if found else 1


def failures_of(case):
    """(name, reason) of what failed in a test that failed."""
    inner = GTEST_FAILED.findall(case.findtext("system-out") or "")
    if inner:
        prefix = case.get("name").removesuffix(inner[0].rsplit(".", 1)[0])
        return [(prefix + name, "failed") for name in inner]
    failure = case.find("failure")
    message = failure.get("message") if failure is not None else ""
    return [(case.get("name"), message or "failed")]


def judge(cases, have_data):
    """(skipped, failed): each a list of (name, reason)."""
    skipped, failed = [], []
    for case in cases:
        name, reasons = case.get("name"), skip_reasons(case)
        failure = case.find("failure")
        if failure is not None or case.get("status") == "fail":
            failed += failures_of(case)
        elif have_data and any("FOVEA_DATA" in reason for reason in reasons):
            failed.append((name, "skipped for missing data although FOVEA_DATA is set"))
        elif reasons:
            skipped += [(name, reason) for reason in reasons]
        elif case.get("status") == "notrun":
            failed.append((name, "did not run"))
    return skipped, failed


def closing_lines(cases, skipped, failed):
    lines = []
    if skipped:
        lines.append(f"Skipped ({len(skipped)}):")
        lines += [f"  {name}: {reason}" for name, reason in skipped]
    if failed:
        lines.append(f"Failed ({len(failed)}):")
        lines += [f"  {name}: {reason}" for name, reason in failed]
    total = sum(count_of(case) for case in cases)
    passed = 100 if not failed else min(99, 100 * (total - len(failed)) // max(total, 1))
    lines.append(f"{passed}% tests passed, {len(failed)} tests failed out of {total}")
    return lines


def main():
    build, rest = Path(sys.argv[1]).resolve(), sys.argv[2:]
    split = rest.index("--") if "--" in rest else len(rest)
    folders, arguments = rest[:split], rest[split + 1 :]
    together = build / "tests"
    together.mkdir(parents=True, exist_ok=True)
    (together / "CTestTestfile.cmake").write_text(
        "".join(f'subdirs("{build / folder}")\n' for folder in folders)
    )
    report = together / "report.xml"
    report.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", together, "-j", str(os.cpu_count() or 2)]
    command += ["--output-on-failure", "--no-tests=error", "--output-junit", report]
    command += ["--test-output-size-passed", "65536", *arguments]
    status = stream_ctest([str(word) for word in command])
    if not report.exists():
        print("0% tests passed: ctest did not run; its words are above")
        return status or 1
    cases = ET.parse(report).getroot().findall("testcase")
    skipped, failed = judge(cases, bool(os.environ.get("FOVEA_DATA")))
    print("\n" + "\n".join(closing_lines(cases, skipped, failed)))
    return 1 if failed or status else 0


if __name__ == "__main__":
    sys.exit(main())
