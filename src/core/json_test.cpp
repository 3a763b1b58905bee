#include "core/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace fovea::core {
namespace {

using ::testing::HasSubstr;

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, ReadsWhatItWrites) {
  const Json value{{"text", "a \"b\"\n\u00fc"},
                   {"flag", true},
                   {"none", nullptr},
                   {"small", -3},
                   {"large", std::numeric_limits<uint64_t>::max()},
                   {"number", 0.1},
                   {"list", {1, "two", Json::array()}},
                   {"object", {{"a", {1, 2}}}}};
  const std::string text =
      R"({"text":"a \"b\"\n)"
      "\u00fc"
      R"(","flag":true,"none":null,"small":-3,"large":18446744073709551615,"number":0.1,)"
      R"("list":[1,"two",[]],"object":{"a":[1,2]}})";
  EXPECT_EQ(value.dump(), text);
  const auto again = parse_json(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, value);
  EXPECT_EQ(again->dump(), text);
}

TEST(Json, IsIndentedForPeople) {
  const Json value{{"list", {1, 2}}, {"none", Json::array()}, {"members", {{"a", 1.0}}}};
  EXPECT_EQ(
      value.dump(2),
      "{\n  \"list\": [\n    1,\n    2\n  ],\n  \"none\": [],\n  \"members\": {\n    \"a\": 1.0\n"
      "  }\n}");
}

TEST(Json, WhatIsMissingOrOfAnotherTypeIsNothing) {
  const Json value{{"a", "x"}, {"list", {1}}};
  EXPECT_TRUE(value["b"].is_null());
  EXPECT_TRUE(value["a"]["b"][7].is_null());
  EXPECT_TRUE(value["list"][1].is_null());
  EXPECT_EQ(value["a"].get<int>(), 0);
  EXPECT_FALSE(value["a"].number());
  EXPECT_EQ(value["list"].size(), 1u);
  EXPECT_EQ(value.value("b", 5), 5);
  EXPECT_TRUE(Json(std::numeric_limits<double>::infinity()).dump() == "null");
}

TEST(Json, NumbersAreEqualByValue) {
  EXPECT_EQ(Json(1), Json(1u));
  EXPECT_EQ(Json(1), Json(1.0));
  EXPECT_NE(Json(std::numeric_limits<uint64_t>::max()), Json(-1));
  EXPECT_FALSE(Json(-1).count());
  EXPECT_FALSE(Json(std::numeric_limits<uint64_t>::max()).integer());
  EXPECT_FALSE(Json(1e80).integer());
}

TEST(Json, MembersAreEqualInAnyOrderAndTheLastOfTwoCounts) {
  EXPECT_EQ(*parse_json(R"({"a":1,"b":2})"), *parse_json(R"({"b":2,"a":1})"));
  EXPECT_EQ(parse_json(R"({"a":1,"b":2,"a":3})")->dump(), R"({"b":2,"a":3})");
}

TEST(Json, DepthIsWatchedWhileReading) {
  EXPECT_TRUE(parse_json(nested(32)));
  const auto deep = parse_json(nested(33));
  ASSERT_FALSE(deep);
  EXPECT_THAT(deep.error().message, HasSubstr("nested too deeply"));
  // What ended the site once: half a million levels, of which a copy recursed.
  EXPECT_FALSE(parse_json(R"({"present":)" + nested(400'000) + "}"));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text : {"", "{", "nul", "{\"a\":1,}", "1 2", "{'a':1}", "[1e999]", "\"\xff\""}) {
    const auto parsed = parse_json(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Code::bad_input);
    EXPECT_THAT(parsed.error().message, HasSubstr("is not well-formed: ")) << text;
  }
  EXPECT_THAT(parse_json(std::string(limits::json_bytes_max + 1, ' ')).error().message,
              HasSubstr("at most 1048576 are allowed"));
  EXPECT_EQ(parse_json_object("[]").error().message, "the JSON is not an object but array");
}

TEST(Json, ManyMembersTakeNoLongerThanTheirBytes) {
  std::string text = "{";
  for (int i = 0; i < 80'000; ++i)
    text += (i == 0 ? "\"" : ",\"") + std::to_string(i % 70'000) + "\":1";
  const auto parsed = parse_json(text + "}");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->size(), 70'000u);
}

TEST(Json, AsciiEscapesTheRest) {
  EXPECT_EQ(Json("\u0085\u00fc").dump_ascii(), "\"\\u0085\\u00fc\"");
}

TEST(Json, BrokenUtf8IsReplaced) { EXPECT_EQ(Json("a\xffz").dump(), "\"a\ufffdz\""); }

}  // namespace
}  // namespace fovea::core
