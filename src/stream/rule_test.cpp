#include "stream/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"

namespace fovea::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const SinkNames sinks{{"timeline", "bus", "ops"}, {"timeline", "bus"}};
const std::string zone = "zone: {polygon: [[0, 0], [1, 0], [1, 1]], class: person}";

std::string problem_with(const std::string& yaml) {
  auto reader = core::YamlReader::parse(yaml, "site.yaml");
  if (!reader) return reader.error().message;
  auto root = reader->root();
  read_rules(root, "rules", sinks);
  const auto good = reader->finish();
  return good ? "" : good.error().message;
}

// One rule whose lines below its name and device are these.
std::string problem_with_rule(const std::string& lines) {
  return problem_with("rules:\n- name: danger\n  device: hall\n" + lines);
}

TEST(Rule, IsReadFromYaml) {
  auto reader = core::YamlReader::parse(
      "rules:\n- name: danger\n  device: hall\n  operators:\n  - " + zone +
          "\n  - threshold: {above: 0.02, for_s: 0.5}\n  - dedupe: {within_s: 30}\n",
      "site.yaml");
  auto root = reader->root();
  const auto rules = read_rules(root, "rules", sinks);
  ASSERT_TRUE(reader->finish()) << reader->finish().error().message;
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].name, "danger");
  EXPECT_EQ(rules[0].device, "hall");
  EXPECT_TRUE(rules[0].enabled);
  EXPECT_TRUE(rules[0].needs_class_map());
  EXPECT_THAT(rules[0].sinks, ElementsAre("timeline", "bus"));
  EXPECT_EQ(to_json(rules[0])["operators"][1].dump(),
            R"({"threshold":{"above":0.02,"below":0.02,"for_s":0.5,"clear_s":0.0}})");
}

TEST(Rule, LooksAtResultsOrAtWhetherTheDeviceIsThere) {
  const auto parse = [](const std::string& operators) {
    const auto rule = parse_rule(R"({"name":"a","device":"hall","operators":[)" + operators + "]}",
                                 "rule", sinks);
    EXPECT_TRUE(rule) << rule.error().message;
    return *rule;
  };
  EXPECT_EQ(parse(R"({"away":{"for_s":30}})").takes(), Flow::presence);
  EXPECT_EQ(parse(R"({"away":{"for_s":30}},{"dedupe":{"within_s":600}})").takes(), Flow::presence);
  const Rule zoned = parse(R"({"zone":{"polygon":[[0,0],[1,0],[1,1]],"class":"person"}},)"
                           R"({"threshold":{"above":1}})");
  EXPECT_EQ(zoned.takes(), Flow::observation);
  EXPECT_EQ(to_json(parse(R"({"away":{"for_s":30}})"))["operators"].dump(),
            R"([{"away":{"for_s":30.0,"clear_s":0.0}}])");
}

TEST(Rule, WhatIsWrongIsNamedWithItsLine) {
  const std::string good = "  operators:\n  - " + zone + "\n  - threshold: {above: 1}\n";
  EXPECT_EQ(problem_with_rule(good), "");
  const std::pair<std::string, const char*> cases[] = {
      {"  operators: []\n", "must end with one that makes alerts, such as 'threshold'"},
      {"", "must end with one that makes alerts"},
      {"  operators:\n  - " + zone + "\n", "must end with one that makes alerts"},
      {"  operators:\n  - threshold: {above: 1}\n", "must begin with one that takes observations"},
      {"  operators:\n  - " + zone + "\n  - dedupe: {within_s: 1}\n",
       "'dedupe' takes alerts, but 'zone' before it makes measurements"},
      {"  operators:\n  - away: {for_s: 1}\n  - threshold: {above: 1}\n",
       "'threshold' takes measurements, but 'away' before it makes alerts"},
      {"  operators:\n  - " + zone + "\n  - away: {for_s: 1}\n",
       "'away' takes presences, but 'zone' before it makes measurements"},
      {"  operators:\n  - zoone: {polygon: []}\n",
       "site.yaml:5: 'rules[0].operators[0].zoone' is not an operator; did you mean 'zone'?"},
      {"  operators:\n  - window: {}\n", "(known: zone, threshold, dedupe, away)"},
      {"  operators:\n  - zone: {}\n    threshold: {}\n", "put a '-' before each"},
      {"  operators: zone\n", "must be a list of maps"},
      {good + "  sinks: [timeline, opps]\n",
       "site.yaml:7: 'rules[0].sinks' has 'opps', which is none of timeline, bus, ops"},
      {good + "  sinks: [bus, bus]\n", "has 'bus' twice"},
      {good + "  sinks: []\n", "must name one sink at least"},
      {good + "  enabled: maybe\n", "must be true or false"},
      {good + "  devise: x\n", "unknown key 'rules[0].devise' (did you mean 'device'?)"},
      {"  operators:\n  - " + zone + "\n  - threshold: {above: 1, fro_s: 2}\n",
       "site.yaml:6: unknown key 'rules[0].operators[1].threshold.fro_s' (did you mean 'for_s'?)"},
  };
  for (const auto& [lines, message] : cases) {
    EXPECT_THAT(problem_with_rule(lines), HasSubstr(message)) << lines;
  }
  EXPECT_THAT(problem_with("rules:\n- device: hall\n" + good), HasSubstr("a rule needs 'name'"));
  EXPECT_THAT(problem_with("rules:\n- name: a b\n  device: hall\n" + good),
              HasSubstr("'rules[0].name' is wrong"));
  const std::string one = "- name: danger\n  device: hall\n" + good;
  EXPECT_THAT(problem_with("rules:\n" + one + one), HasSubstr("is another rule's too"));
  std::string many = "rules:\n";
  for (int i = 0; i < 65; ++i) {
    many += "- name: r" + std::to_string(i) + "\n  device: hall\n" + good;
  }
  EXPECT_THAT(problem_with(many), HasSubstr("one rule more than a site takes (64)"));
}

TEST(Rule, TheApiReadsTheSameFromJson) {
  const std::string json =
      R"({"name":"danger","device":"hall","operators":[{"zone":{"polygon":[[0,0],[1,0],[1,1]],)"
      R"("label":"person \u00e4 \" x"}},{"threshold":{"above":2}}],"sinks":["ops"]})";
  const auto rule = parse_rule(json, "rule", sinks);
  ASSERT_TRUE(rule) << rule.error().message;
  EXPECT_FALSE(rule->needs_class_map());
  EXPECT_THAT(rule->sinks, ElementsAre("ops"));
  const std::string written = to_json(*rule).dump();
  EXPECT_THAT(written, HasSubstr("person \u00e4 \\\" x"));
  const auto again = parse_rule(written, "rule", sinks);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again).dump(), written);

  EXPECT_EQ(parse_rule(std::string(json).erase(1, 16), "rule", sinks, "named")->name, "named");
  const std::string deep =
      R"({"name":)" + std::string(200'000, '[') + std::string(200'000, ']') + "}";
  EXPECT_FALSE(parse_rule(deep, "rule", sinks));
  for (const auto& [text, message] :
       {std::pair{"[]", "is not an object such as"},
        {"name: danger", "is not an object such as"},
        {R"({"name":"danger"})", "a rule needs 'device'"},
        {R"({"name":"d","device":"e","operators":[{"zone":{"polygon":5}}]})",
         "must be a list of lists"}}) {
    const auto wrong = parse_rule(text, "rule", sinks);
    ASSERT_FALSE(wrong) << text;
    EXPECT_THAT(wrong.error().message, HasSubstr(message));
    EXPECT_EQ(wrong.error().code, core::Code::bad_input);
  }
}

}  // namespace
}  // namespace fovea::stream
