#include "core/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace fovea::core {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

YamlReader read(std::string_view text) {
  auto reader = YamlReader::parse(text, "a.yaml");
  EXPECT_TRUE(reader) << (reader ? "" : reader.error().message);
  return *reader;
}

std::string problem_of(const YamlReader& reader) {
  const auto status = reader.finish();
  return status ? "" : status.error().message;
}

TEST(YamlReader, ReadsListsOfNumbers) {
  auto reader = read("polygon: [[0.1, 2], [-3, 4e-1]]\nnone:\n");
  EXPECT_THAT(reader.root().number_lists("polygon"),
              ElementsAre(ElementsAre(0.1, 2), ElementsAre(-3, 0.4)));
  EXPECT_TRUE(reader.root().number_lists("none").empty());
  EXPECT_TRUE(reader.root().number_lists("absent").empty());
  EXPECT_EQ(problem_of(reader), "");
  for (const char* wrong : {"[1, 2]", "[[1, x]]", "[[.inf, 1]]", "[[nan, 1]]", "{a: 1}", "text",
                            "[[1, [2]]]", "[[1, 2], 3]"}) {
    auto bad = read(std::string("polygon: ") + wrong);
    EXPECT_TRUE(bad.root().number_lists("polygon").empty()) << wrong;
    EXPECT_THAT(problem_of(bad),
                HasSubstr("a.yaml:1: 'polygon' must be a list of lists of numbers"))
        << wrong;
  }
}

TEST(YamlReader, ReadsEveryType) {
  auto reader = read(
      "name: yard\nport: 8080\nrate: 2.5\nopen: yes\ntags: [a, b]\n"
      "inner: {depth: -3}\nlist:\n  - {x: 1}\n  - {x: 2}\n");
  auto root = reader.root();
  EXPECT_EQ(root.text("name"), "yard");
  EXPECT_EQ(root.integer("port", 0), 8080);
  EXPECT_EQ(root.number("rate", 0), 2.5);
  EXPECT_TRUE(root.flag("open", false));
  EXPECT_THAT(root.texts("tags"), ElementsAre("a", "b"));
  EXPECT_EQ(root.map("inner").integer("depth", 0), -3);
  auto list = root.maps("list");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].integer("x", 0), 1);
  EXPECT_EQ(list[1].integer("x", 0), 2);
  EXPECT_EQ(list[1].line(), 9);
  EXPECT_EQ(problem_of(reader), "");
}

TEST(YamlReader, DefaultsForAbsentAndEmptyKeys) {
  auto reader = read("empty:\n");
  auto root = reader.root();
  EXPECT_EQ(root.text("empty", "default"), "default");
  EXPECT_EQ(root.integer("absent", 7), 7);
  EXPECT_EQ(root.optional_number("absent too"), std::nullopt);
  EXPECT_EQ(root.map("no map").integer("deep", 9), 9);
  EXPECT_TRUE(root.maps("no list").empty());
  EXPECT_FALSE(root.has("empty"));
  EXPECT_EQ(problem_of(reader), "");
}

TEST(YamlReader, EmptyDocumentHasDefaults) {
  auto reader = read("# nothing but a comment\n");
  EXPECT_EQ(reader.root().integer("x", 1), 1);
  EXPECT_EQ(problem_of(reader), "");
}

TEST(YamlReader, AbsentKeysAreWhatWasAskedForInVain) {
  auto reader = read("name: yard\nengine: {threads: 2}\n");
  reader.root().text("name");
  reader.root().integer("port", 1);
  reader.root().map("engine").integer("threads", 0);
  reader.root().map("engine").integer("sessions", 0);
  EXPECT_THAT(reader.absent_keys(), ElementsAre("port", "engine.sessions"));
}

TEST(YamlReader, UnknownKeyNamesLineAndNearestKey) {
  auto reader = read("name: yard\ncamera:\n  qualty: 80\n");
  reader.root().text("name");
  reader.root().map("camera").integer("quality", 85);
  EXPECT_EQ(problem_of(reader), "a.yaml:3: unknown key 'camera.qualty' (did you mean 'quality'?)");
}

TEST(YamlReader, UnknownKeyFarFromAllListsTheKnown) {
  auto reader = read("zzzzzzzzz: 1\n");
  reader.root().text("name");
  reader.root().text("port");
  EXPECT_EQ(problem_of(reader), "a.yaml:1: unknown key 'zzzzzzzzz' (known here: name, port)");
}

TEST(YamlReader, WrongTypesNameLineAndValue) {
  const std::pair<const char*, std::function<void(YamlMap)>> cases[] = {
      {"a.yaml:2: 'k' must be a whole number, not 'x'", [](YamlMap m) { m.integer("k", 1); }},
      {"a.yaml:2: 'k' must be a number, not 'x'", [](YamlMap m) { m.number("k", 1); }},
      {"a.yaml:2: 'k' must be true or false, not 'x'", [](YamlMap m) { m.flag("k", true); }},
      {"a.yaml:2: 'k' must be a list, not 'x'", [](YamlMap m) { m.texts("k"); }},
      {"a.yaml:2: 'k' must be a map, not 'x'", [](YamlMap m) { m.map("k"); }},
      {"a.yaml:2: 'k' must be a list of maps, not 'x'", [](YamlMap m) { m.maps("k"); }},
      {"a.yaml:2: 'k' must be one of a, b, not 'x'",
       [](YamlMap m) {
         m.choice("k", {"a", "b"}, "a");
       }},
  };
  for (const auto& [message, ask] : cases) {
    auto reader = read("\nk: x\n");
    ask(reader.root());
    EXPECT_EQ(problem_of(reader), message);
  }
  auto reader = read("k: [1]\n");
  EXPECT_EQ(reader.root().text("k", "d"), "d");
  EXPECT_EQ(problem_of(reader), "a.yaml:1: 'k' must be a text, not a list");
}

TEST(YamlReader, RangesAreChecked) {
  auto reader = read("quality: 101\nfps: -1\nbad: .nan\n");
  EXPECT_EQ(reader.root().integer("quality", 85, 1, 100), 85);
  EXPECT_EQ(reader.root().number("fps", 5, 0, 1000), 5);
  EXPECT_EQ(reader.root().number("bad", 5, 0, 1000), 5);
  EXPECT_EQ(problem_of(reader), "a.yaml:1: 'quality' must be 1 to 100, not 101 (and 2 more)");
}

TEST(YamlReader, DoubledKeyIsAProblem) {
  auto reader = read("a: 1\nb: 2\na: 3\n");
  reader.root().integer("a", 0);
  reader.root().integer("b", 0);
  EXPECT_EQ(problem_of(reader), "a.yaml:3: key 'a' stands here a second time");
}

TEST(YamlReader, EntriesOfFreeNames) {
  auto reader = read("devices:\n  cam1: {fps: 5}\n  cam2: {fps: 6}\nlabels: {a: x}\n");
  auto devices = reader.root().map("devices");
  std::vector<std::pair<std::string, int64_t>> found;
  for (auto& [name, map] : devices.entries()) found.emplace_back(name, map.integer("fps", 0));
  EXPECT_THAT(found, ElementsAre(Pair("cam1", 5), Pair("cam2", 6)));
  EXPECT_THAT(reader.root().map("labels").text_entries(), ElementsAre(Pair("a", "x")));
  EXPECT_EQ(problem_of(reader), "");
}

TEST(YamlReader, AMapMayBeAskedForTwice) {
  auto reader = read("inner: {a: 1, b: 2}\n");
  EXPECT_EQ(reader.root().map("inner").integer("a", 0), 1);
  EXPECT_EQ(reader.root().map("inner").integer("b", 0), 2);
  EXPECT_EQ(problem_of(reader), "");
}

TEST(YamlReader, CallersProblemHasTheLineOfTheKey) {
  auto reader = read("a: 1\nname: no good\n");
  auto root = reader.root();
  root.integer("a", 0);
  root.text("name");
  root.problem("name", "is no name");
  EXPECT_EQ(problem_of(reader), "a.yaml:2: 'name' is no name");
}

TEST(YamlReader, EnvironmentFillsSecrets) {
  ::setenv("FOVEA_YAML_TEST", "s3cret", 1);
  ::unsetenv("FOVEA_YAML_UNSET");
  auto reader = read("url: rtsp://u:${FOVEA_YAML_TEST}@h/x\nbad: ${FOVEA_YAML_UNSET}\n");
  EXPECT_EQ(reader.root().text_with_environment("url"), "rtsp://u:s3cret@h/x");
  EXPECT_EQ(reader.root().text_with_environment("bad", "d"), "d");
  EXPECT_THAT(problem_of(reader), HasSubstr("a.yaml:2: 'bad' cannot be used: the environment has "
                                            "no variable 'FOVEA_YAML_UNSET'"));
  EXPECT_EQ(*expand_environment("$${X}"), "${X}");
  EXPECT_EQ(*expand_environment("a$b"), "a$b");
  EXPECT_FALSE(expand_environment("${open"));
}

TEST(YamlReader, RefusesWhatIsNoConfiguration) {
  for (const char* text :
       {"- a\n- b\n", "just text", "a: [1\n", "a: 1\n---\nb: 2\n", "\t- x: {", "a: *nowhere\n"}) {
    auto reader = YamlReader::parse(text, "a.yaml");
    ASSERT_FALSE(reader) << text;
    EXPECT_EQ(reader.error().code, Code::bad_input);
    EXPECT_THAT(reader.error().message, HasSubstr("a.yaml"));
  }
  EXPECT_FALSE(YamlReader::parse(std::string(2 << 20, '#'), "a.yaml"));
  EXPECT_THAT(YamlReader::parse("a: 1\nb: h\xf6he\n", "a.yaml").error().message,
              HasSubstr("a.yaml:2: not UTF-8"));
  EXPECT_EQ(YamlReader::open("/nonexistent/a.yaml").error().code, Code::not_found);
}

TEST(YamlReader, EndsOnAStrayCommaAndRefusesIt) {
  for (const char* text : {",", ",a:a:", "a: 1\n---\nb: 2\n"}) {
    auto reader = YamlReader::parse(text, "site.yaml");
    ASSERT_FALSE(reader) << text;
    EXPECT_EQ(reader.error().code, Code::bad_input);
  }
}

}  // namespace
}  // namespace fovea::core
