#include "site/rules_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/json.h"
#include "testing/temporary_directory.h"

namespace fovea::site {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string rules =
    "rules:\n- name: danger\n  device: hall\n  operators:\n"
    "  - zone: {polygon: [[0.25, 0], [1, 0], [1, 1]], class: person}\n"
    "  - threshold: {above: 0.02}\n  sinks: [timeline, ops]\n";

core::Result<RulesPlan> read(const std::string& yaml) {
  auto reader = core::YamlReader::parse(yaml, "c.yaml");
  if (!reader) return reader.error();
  auto root = reader->root();
  RulesPlan plan = read_rules_plan(root);
  if (auto good = reader->finish(); !good) return good.error();
  return plan;
}

TEST(RulesPlan, HasRulesAndWebhooks) {
  setenv("FOVEA_TEST_SECRET", "deep secret", 1);
  const auto plan = read(rules +
                         "webhooks:\n  ops:\n    url: https://me:word@host/a?token=b\n"
                         "    secret: ${FOVEA_TEST_SECRET}\n");
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_EQ(plan->webhooks.size(), 1u);
  EXPECT_EQ(plan->webhooks[0].secret, "deep secret");
  EXPECT_THAT(plan->rules.at(0).sinks, ElementsAre("timeline", "ops"));

  const std::string text = to_yaml(*plan);
  for (const char* secret : {"deep", "word", "token"}) EXPECT_THAT(text, Not(HasSubstr(secret)));
  const auto again = read(text);
  ASSERT_TRUE(again) << again.error().message << text;
  EXPECT_EQ(stream::to_json(again->rules.at(0)), stream::to_json(plan->rules.at(0))) << text;
  EXPECT_THAT(text, HasSubstr("[[0.25, 0], [1, 0], [1, 1]]"));
  EXPECT_EQ(again->webhooks.at(0).url, "https://host");
}

TEST(RulesPlan, ASecretMayLieInAFile) {
  testing::TemporaryDirectory folder;
  const std::string path = folder.write("secret", "from a file\n");
  const std::string lines = "webhooks:\n  ops:\n    url: http://host\n    secret_file: ";
  const auto plan = read(lines + path + "\n");
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->webhooks.at(0).secret, "from a file");
  EXPECT_THAT(read(lines + path + "-none\n").error().message, HasSubstr("cannot be read"));
}

TEST(RulesPlan, WhatIsWrongIsNamed) {
  EXPECT_THAT(read(rules).error().message,
              HasSubstr("c.yaml:7: 'rules[0].sinks' has 'ops', which is none of timeline, bus"));
  const std::pair<const char*, const char*> cases[] = {
      {"webhooks:\n  bus:\n    url: http://h\n    secret: s\n", "this name means something else"},
      {"webhooks:\n  a b:\n    url: http://h\n    secret: s\n", "'webhooks.a b' is wrong"},
      {"webhooks:\n  ops:\n    url: http://h\n", "it needs 'secret' or 'secret_file'"},
      {"webhooks:\n  ops:\n    url: h\n    secret: s\n", "must begin with http://"},
      {"webhooks:\n  ops:\n    ulr: h\n    secret: s\n", "did you mean 'url'?"},
  };
  for (const auto& [yaml, message] : cases) {
    const auto wrong = read(yaml);
    ASSERT_FALSE(wrong) << yaml;
    EXPECT_THAT(wrong.error().message, HasSubstr(message)) << yaml;
  }
}

}  // namespace
}  // namespace fovea::site
