#!/usr/bin/env python3
"""What run_tests.py concludes from ctest's report."""

import unittest
import xml.etree.ElementTree as ET

import run_tests


def case(name, status="run", output="", inner=""):
    return ET.fromstring(f'<testcase name="{name}" status="{status}">{inner}'
                         f"<system-out>{output}</system-out></testcase>")


GTEST_SKIP = "[ RUN      ] A.B\n/a/b_test.cpp:7: Skipped\nneeds FOVEA_DATA\n\n[  SKIPPED ] A.B (0 ms)\n"
SKIPPED = '<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>'


class RunTestsTest(unittest.TestCase):
    def closing(self, cases, have_data=False):
        skipped, failed = run_tests.judge(cases, have_data)
        return run_tests.closing_lines(cases, skipped, failed)

    def test_all_passed(self):
        self.assertEqual(self.closing([case("a"), case("b")]),
                         ["100% tests passed, 0 tests failed out of 2"])

    def test_skip_is_listed_with_its_reason(self):
        lines = self.closing([case("a"), case("b", "notrun", GTEST_SKIP, SKIPPED)])
        self.assertEqual(lines, ["Skipped (1):", "  b: needs FOVEA_DATA",
                                 "100% tests passed, 0 tests failed out of 2"])

    def test_missing_data_fails_where_data_is_promised(self):
        lines = self.closing([case("b", "notrun", GTEST_SKIP, SKIPPED)], have_data=True)
        self.assertIn("Failed (1):", lines)
        self.assertEqual(lines[-1], "0% tests passed, 1 tests failed out of 1")

    def test_other_skips_stay_skips_with_data(self):
        output = GTEST_SKIP.replace("FOVEA_DATA", "a camera at /dev/video0")
        lines = self.closing([case("b", "notrun", output, SKIPPED)], have_data=True)
        self.assertIn("  b: needs a camera at /dev/video0", lines)

    def test_part_of_a_passed_test_was_skipped(self):
        for output in ("test_x (m.T.test_x) ... skipped 'needs sound'\nOK", "SKIPPED: needs sound"):
            self.assertIn("  a: needs sound", self.closing([case("a", output=output)]))
        output = "  ok 1 [2d] › a.spec.ts:9:1 › draws (1.2s)\n  -  2 [2d] › a.spec.ts:30:1 › moves\n"
        self.assertIn("  a: [2d] › a.spec.ts:30:1 › moves", self.closing([case("a", output=output)]))

    def test_failure_and_missing_program(self):
        lines = self.closing([case("a"), case("b", "fail", "", '<failure message="Failed"/>'),
                              case("c", "notrun")])
        self.assertIn("  c: did not run", lines)
        self.assertEqual(lines[-1], "33% tests passed, 2 tests failed out of 3")

    def test_cases_of_a_suite_count(self):
        begin = "[==========] Running 3 tests from 1 test suite.\n"
        end = "[  FAILED  ] A.C (5 ms)\n[  FAILED  ] 1 test, listed below:\n[  FAILED  ] A.C\n"
        lines = self.closing([case("core.A", "fail", begin + end), case("core.B", output=begin), case("x")])
        self.assertEqual(lines, ["Failed (1):", "  core.A.C: failed",
                                 "85% tests passed, 1 tests failed out of 7"])
        crashed = self.closing([case("core.A", "fail", begin, '<failure message="SEGFAULT"/>')])
        self.assertIn("  core.A: SEGFAULT", crashed)

    def test_one_failure_of_many_is_never_100_percent(self):
        cases = [case(str(n)) for n in range(1000)] + [case("z", "fail")]
        self.assertEqual(self.closing(cases)[-1], "99% tests passed, 1 tests failed out of 1001")


if __name__ == "__main__":
    unittest.main()
