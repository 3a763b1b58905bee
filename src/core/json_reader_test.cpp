#include "core/json_reader.h"

#include <gtest/gtest.h>

namespace fovea::core {
namespace {

// What a parser says of `json`; empty: nothing is wrong.
template <typename Read>
std::string said(const Json& json, Read read, bool strict = true) {
  JsonReader reader(json, "camera.");
  read(reader);
  const auto status = strict ? reader.finish() : reader.status();
  return status ? "" : status.error().message;
}

TEST(JsonReader, ReadsMembersOfEachType) {
  const Json json{{"text", "a"},  {"number", 1.5}, {"whole", -2},
                  {"flag", true}, {"list", {1}},   {"none", nullptr}};
  JsonReader reader(json);
  EXPECT_EQ(reader.text("text", 1), "a");
  EXPECT_EQ(reader.number("number", 0, 2), 1.5);
  EXPECT_EQ(reader.integer("whole", -2, 2), -2);
  EXPECT_TRUE(reader.flag("flag"));
  EXPECT_EQ(reader.list("list", 1).size(), 1u);
  EXPECT_FALSE(reader.optional_text("none", 5));
  EXPECT_FALSE(reader.optional_number("missing", 0, 1));
  EXPECT_TRUE(reader.finish());
}

TEST(JsonReader, SaysWhatIsWrongAndWhere) {
  const Json json{{"a", "text"}};
  using R = JsonReader;
  EXPECT_EQ(said(json, [](R& r) { r.text("b", 9); }), "'camera.b' is missing");
  EXPECT_EQ(said(json, [](R& r) { r.text("a", 3); }), "'camera.a' is longer than 3 bytes");
  EXPECT_EQ(said(json, [](R& r) { r.number("a", 0, 1); }), "'camera.a' is not a number");
  EXPECT_EQ(said(json, [](R& r) { r.flag("a"); }), "'camera.a' is neither true nor false");
  EXPECT_EQ(said(json, [](R& r) { r.list("a"); }), "'camera.a' is not a list");
  EXPECT_EQ(said(json, [](R& r) { r.object("a"); }), "'camera.a' is not an object");
  EXPECT_EQ(said(json, [](R& r) { r.choice("a", {"x", "y"}); }), "'camera.a' must be one of x, y");
  EXPECT_EQ(said({{"a", ""}}, [](R& r) { r.filled_text("a", 3); }), "'camera.a' must not be empty");
  EXPECT_EQ(said({{"a", 7}}, [](R& r) { r.number("a", 0, 1); }), "'camera.a' must be from 0 to 1");
  EXPECT_EQ(said({{"a", 1e300}}, [](R& r) { r.count("a", 5); }),
            "'camera.a' must be a whole number from 0 to 5");
  EXPECT_EQ(said(Json::array(), [](R&) {}), "'camera' is not an object");
}

TEST(JsonReader, RefusesWhatNobodyAskedForUnlessItMayBeNewer) {
  const auto read = [](JsonReader& reader) { (void)reader.optional_text("colour", 9); };
  const Json json{{"color", "red"}};
  EXPECT_EQ(said(json, read), "'camera.color' is not known here; did you mean 'colour'?");
  EXPECT_EQ(said({{"x1", 1}}, read), "'camera.x1' is not known here; known are colour");
  EXPECT_EQ(said(json, read, false), "");
}

TEST(JsonReader, KeepsTheFirstThingThatIsWrong) {
  EXPECT_EQ(said({{"z", 1}},
                 [](JsonReader& reader) {
                   reader.text("a", 1);
                   reader.text("z", 1);
                 }),
            "'camera.a' is missing");
}

}  // namespace
}  // namespace fovea::core
