#!/usr/bin/env python3
"""Each rule of tidy, caught in a small tree with exactly one fault; the clean tree has no finding."""

import importlib.machinery
import importlib.util
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOADER = importlib.machinery.SourceFileLoader("tidy", str(HERE / "tidy"))
tidy = importlib.util.module_from_spec(importlib.util.spec_from_loader("tidy", LOADER))
LOADER.exec_module(tidy)

ARCHITECTURE = """# Architecture

## Map

| module | what | may include |
|---|---|---|
| `core` | the first layer | - |
| `wire` | events | core |
| `testing` | fixtures | all |
| `cli` | commands | all but testing |

| folder | what |
|---|---|
| `src/` | sources |
| `docs/` | guides |
"""

CLEAN = {
    "ARCHITECTURE.md": ARCHITECTURE,
    "README.md": "# Project\n\nSee [the map](ARCHITECTURE.md#map) and [a guide](docs/guide.md).\n",
    "docs/guide.md": "# Guide\n\nRun `fovea site --listen X` or\n\n```\n./dev test unit\n"
                     "fovea model get NAME \\\n  --force\n```\n",
    "src/core/clock.h": "#pragma once\n\n#include <sys/time.h>\n\n#include <string>\n\n"
                        "namespace fovea::core {\n\nint now();\n\n}  // namespace fovea::core\n",
    "src/core/clock.cpp": '#include "core/clock.h"\n\nnamespace fovea::core {\n\n'
                          "int now() { return 1; }\n\n}  // namespace fovea::core\n",
    "src/wire/event.cpp": '#include "core/clock.h"\n\nnamespace fovea::wire {\n\n'
                          'const char* text() { return "printf(exit(1))"; }  // system("x")\n\n'
                          "}  // namespace fovea::wire\n",
    "src/testing/fixture.h": "#pragma once\n\n#include <gtest/gtest.h>\n\n"
                             "namespace fovea::testing {}\n",
    "src/core/clock_test.cpp": '#include "core/clock.h"\n\n#include "testing/fixture.h"\n\n'
                               "namespace fovea::core {\nnamespace {}\n}  // namespace fovea::core\n",
    "src/cli/main.cpp": '#include <cstdio>\n\nint main() { std::printf("hello"); }\n',
}

FAKE_FOVEA = """#!/bin/sh
case "$*" in
  --help) printf 'Subcommands:\\n  site  the site\\n  model  models\\n' ;;
  'site --help') printf 'Options:\\n  --listen TEXT  where\\n  -s,--site TEXT  name\\n' ;;
  'model --help') printf 'Subcommands:\\n  get  fetch\\n' ;;
  'model get --help') printf 'Options:\\n  --force  again\\n' ;;
  *) exit 2 ;;
esac
"""
FAKE_DEV = "#!/bin/sh\nprintf '  test [WHAT]  tests\\n  fovea ARGS  runs\\n  demo  shows\\n'\n"


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        subprocess.run(["git", "init", "-q", self.root], check=True)
        for name, text in CLEAN.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def program(self, name, text):
        self.write(name, text)
        (self.root / name).chmod(stat.S_IRWXU)
        return str(self.root / name)

    def add(self, name, text):
        self.write(name, self.root.joinpath(name).read_text() + text)

    def findings(self):
        tree = tidy.Tree(self.root)
        return [f"{name}: {message}" for check in tidy.CHECKS for name, _, message in check(tree)]

    def assert_caught(self, name, words):
        findings = self.findings()
        self.assertEqual(len(findings), 1, findings)
        self.assertIn(name, findings[0])
        self.assertIn(words, findings[0])

    def source(self, body, module="wire"):
        return f"namespace fovea::{module} {{\n\n{body}\n\n}}  // namespace fovea::{module}\n"

    def test_clean_tree_has_no_finding(self):
        self.assertEqual(self.findings(), [])

    def test_layer_violation(self):
        self.write("src/core/up.cpp", '#include "wire/event.cpp"\n\n' + self.source("int x();", "core"))
        self.assert_caught("src/core/up.cpp", "core may not include wire")

    def test_all_but(self):
        self.add("src/cli/main.cpp", '\n#include "testing/fixture.h"\n')
        self.assert_caught("src/cli/main.cpp", "only tests include testing")

    def test_include_without_module(self):
        self.write("src/core/a.cpp", '#include "clock.h"\n\n' + self.source("int x();", "core"))
        self.assert_caught("src/core/a.cpp", 'write "core/clock.h"')

    def test_module_missing_in_map(self):
        self.write("src/bus/a.cpp", self.source("int x();", "bus"))
        self.assert_caught("ARCHITECTURE.md", "lacks a row for src/bus")

    def test_map_names_what_is_not_there(self):
        self.write("ARCHITECTURE.md", ARCHITECTURE.replace("| `cli`", "| `cloud` | later | all |\n| `cli`"))
        self.assert_caught("ARCHITECTURE.md", "`cloud`, but src/cloud has no sources")

    def test_folder_missing_in_list(self):
        self.write("deploy/a.yaml", "a: 1\n")
        self.assert_caught("ARCHITECTURE.md", "lacks `deploy/`")

    def test_folder_that_is_gone(self):
        self.add("ARCHITECTURE.md", "| `web/` | pages |\n")
        self.assert_caught("ARCHITECTURE.md", "names `web/`, which is not there")

    def test_long_line(self):
        self.write("src/wire/a.cpp", self.source(f"// {'word ' * 19}wor"))
        self.assert_caught("src/wire/a.cpp", "101 columns")

    def test_long_file(self):
        self.write("src/wire/a.cpp", self.source("\n".join(["int x();"] * 600)))
        self.assert_caught("src/wire/a.cpp", "604 lines; at most 600")

    def test_long_readme(self):
        self.add("README.md", "line\n\n" * 40)
        self.assert_caught("README.md", "at most 80")

    def test_large_blob(self):
        self.write("docs/picture.bin", "x" * (256 * 1024 + 1))
        self.assert_caught("docs/picture.bin", "262145 bytes")

    def test_long_function(self):
        body = "  call();\n" * 69
        self.write("src/wire/a.cpp", self.source(f"Status Site::run(int a,\n    int b) const {{\n{body}}}"))
        self.assert_caught("src/wire/a.cpp", "function of 71 lines")

    def test_function_at_the_limit(self):
        body = "  if (a) {\n    call();\n  }\n" * 22 + "  b();\n" * 2
        method = f"class A {{\n public:\n  A() : a_{{1}}, b_(2) {{\n{body}}}\n}};"
        self.write("src/wire/a.cpp", self.source(f"{method}\nenum class E {{\n{'  a,' * 3}\n}};"))
        self.assertEqual(self.findings(), [])

    def test_long_test_body(self):
        body = "  EXPECT_TRUE([] { return true; }());\n" * 69
        self.write("src/core/a_test.cpp", self.source(f"TEST(A, Works) {{\n{body}}}", "core"))
        self.assert_caught("src/core/a_test.cpp", "function of 71 lines")

    def test_file_name(self):
        self.write("src/wire/EventName.cpp", self.source("int x();"))
        self.assert_caught("src/wire/EventName.cpp", "snake_case")

    def test_pragma_once(self):
        self.write("src/core/clock.h", self.source("int now();", "core"))
        self.assert_caught("src/core/clock.h", "#pragma once")

    def test_header_nobody_includes(self):
        self.write("src/core/lost.h", "#pragma once\n\n" + self.source("int x();", "core"))
        self.assert_caught("src/core/lost.h", "nobody includes")

    def test_third_party_in_a_header_of_another_module(self):
        self.write("src/core/clock.h", CLEAN["src/core/clock.h"].replace("<string>", "<nats/nats.h>"))
        self.assert_caught("src/wire/event.cpp", "src/core/clock.h shows <nats/nats.h>")

    def test_third_party_behind_another_header(self):
        self.write("src/core/deep.h", "#pragma once\n\n#include <boost/asio.hpp>\n\n"
                   + self.source("int x();", "core"))
        self.write("src/core/clock.h", CLEAN["src/core/clock.h"].replace("<string>", '"core/deep.h"'))
        self.assert_caught("src/wire/event.cpp", "src/core/clock.h shows <boost/asio.hpp>")

    def test_third_party_in_a_private_header(self):
        self.write("src/wire/png.h", "#pragma once\n\n#include <libpng/png.hpp>\n\n"
                   + self.source("int x();"))
        self.write("src/wire/event.cpp", '#include "wire/png.h"\n\n' + self.source("int y();"))
        self.assertEqual(self.findings(), [])

    def test_foreign_namespace(self):
        self.write("src/wire/a.cpp", self.source("int x();", "core"))
        self.assert_caught("src/wire/a.cpp", "folder and namespace agree")

    def test_no_namespace(self):
        self.write("src/wire/a.cpp", "int x();\n")
        self.assert_caught("src/wire/a.cpp", "belongs into namespace fovea::wire")

    def test_banned_calls(self):
        for call, words in [
            ('std::printf("x");', "never prints"),
            ("std::cout << 1;", "never prints"),
            ("if (bad) std::exit(1);", "never ends the program"),
            ("thread.detach();", "joins it"),
            ("std::thread t(f);", "core::start_thread"),
            ("std::this_thread::sleep_for(1s);", "wait for a condition"),
            ("usleep(5);", "wait for a condition"),
            ("return rand();", "mt19937"),
            ('const int status = system("ls");', "core::ChildProcess"),
            ("strcpy(a, b);", "std::string"),
            ("nlohmann::json::parse(a);", "core::parse_json"),
        ]:
            with self.subTest(call=call):
                self.write("src/wire/a.cpp", self.source(f"int f() {{ {call} }}"))
                findings = self.findings()
                self.assertTrue(any(words in f for f in findings), findings)

    def test_what_only_looks_banned(self):
        self.write("src/wire/a.cpp", self.source(
            "std::string system(int a);\nint f() { observer.exit(); return site->system(1); }\n"
            "std::jthread a;\nauto id = std::thread::hardware_concurrency();"))
        self.assertEqual(self.findings(), [])

    def test_tests_may_not_sleep_for_luck(self):
        call = "void f() { std::this_thread::sleep_for(1s); }"
        self.write("src/core/a_test.cpp", self.source(call, "core"))
        self.assert_caught("src/core/a_test.cpp", "waits for conditions")
        self.write("src/core/a_test.cpp", self.source(call + "  // slow on purpose", "core"))
        self.assertEqual(self.findings(), [])

    def test_headers_of_tests(self):
        self.write("src/wire/fixture.h", '#pragma once\n\n#include <gtest/gtest.h>\n\n'
                   '#include "testing/fixture.h"\n\n' + self.source("int x();"))
        self.write("src/wire/a_test.cpp", '#include "wire/fixture.h"\n\n' + self.source("int y();"))
        self.assertEqual(self.findings(), [])
        self.write("src/wire/event.cpp", '#include "wire/fixture.h"\n\n' + self.source("int y();"))
        self.assert_caught("src/wire/fixture.h", "only tests include testing")

    def test_left_open(self):
        for word in ("FIX" "ME", "TO" "DO", "XX" "X"):
            with self.subTest(word=word):
                self.write("src/wire/a.cpp", self.source(f"int x();  // {word}: later"))
                self.assert_caught("src/wire/a.cpp", f"{word}: do it")

    def test_machine_of_one_person(self):
        for text in ("/" "work/data", "https://registry." "example.com/x", "deb.debian" ".org/debian"):
            with self.subTest(text=text):
                self.write("docs/guide.md", f"# Guide\n\n{text}\n")
                self.assert_caught("docs/guide.md", "belongs to one machine")

    def test_broken_links(self):
        for link, words in [("nowhere.md", "no such file"), ("../README.md#gone", "no such heading"),
                            ("#gone", "no such heading")]:
            with self.subTest(link=link):
                self.write("docs/guide.md", f"# Guide\n\n[see]({link}) [web](https://example.com/a)\n")
                self.assert_caught("docs/guide.md", words)

    def test_format(self):
        if not tidy.shutil.which("clang-format-14"):
            self.skipTest("needs clang-format-14")
        self.write(".clang-format", "BasedOnStyle: Google\nColumnLimit: 100\n")
        self.write("src/wire/a.cpp", self.source("int  x( );"))
        self.assert_caught("src/wire/a.cpp", "not formatted")

    def commands(self, text):
        self.write("docs/guide.md", f"# Guide\n\n{text}\n")
        self.program("dev", FAKE_DEV)
        fovea = self.program("bin/fovea", FAKE_FOVEA)
        return [message for _, _, message in tidy.check_commands(tidy.Tree(self.root), fovea)]

    def test_commands_that_exist(self):
        text = CLEAN["docs/guide.md"] + "`fovea site -s X`, `./dev fovea site --site X`, `fovea`: all.\n" \
            "`fovea model NAME --force`, `fovea site --site 'exec:cat --all x'`  # --comment\n"
        self.assertEqual(self.commands(text), [])

    def test_commands_that_do_not_exist(self):
        for text, words in [
            ("`fovea cloud`", "no command 'cloud'"),
            ("`fovea model gte`", "'fovea model' knows no command 'gte'"),
            ("`fovea site --lisen X`", "'fovea site' has no option --lisen"),
            ("```\nfovea model get X \\\n  --farce\n```", "'fovea model get' has no option --farce"),
            ("`./dev tset`", "no command 'tset'"),
            ("`./dev fovea site --nope`", "'fovea site' has no option --nope"),
        ]:
            with self.subTest(text=text):
                self.assertEqual(len(self.commands(text)), 1)
                self.assertIn(words, self.commands(text)[0])


if __name__ == "__main__":
    unittest.main()
