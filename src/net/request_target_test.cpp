#include "net/request_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::net {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(RequestTarget, DecodesPathAndQueryOnce) {
  const auto target = parse_request_target("/a%20b/c%2541?x=1+2&y=%26%3d&z&x=3&&empty=");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->path, "/a b/c%41");
  EXPECT_THAT(target->query,
              ElementsAre(Pair("empty", ""), Pair("x", "3"), Pair("y", "&="), Pair("z", "")));
  EXPECT_EQ(target->authority, "");
}

TEST(RequestTarget, TakesRootAbsoluteAndStar) {
  EXPECT_EQ(parse_request_target("/")->path, "/");
  EXPECT_EQ(parse_request_target("*")->path, "*");
  EXPECT_EQ(parse_request_target("/a/")->path, "/a/");
  const auto absolute = parse_request_target("http://evil.example:81/x?q=1");
  ASSERT_TRUE(absolute);
  EXPECT_EQ(absolute->authority, "evil.example:81");
  EXPECT_EQ(absolute->path, "/x");
  EXPECT_EQ(parse_request_target("https://h?q=1")->path, "/");
}

TEST(RequestTarget, RefusesWhatClimbsHidesOrBreaks) {
  for (const char* target : {"",
                             "x",
                             "?a=b",
                             "//",
                             "/a//b",
                             "/../etc/passwd",
                             "/a/..",
                             "/a/%2e%2e/b",
                             "/a/.%2E",
                             "/.",
                             "/a%2fb",
                             "/a%5cb",
                             "/a\\..\\b",
                             "/%00",
                             "/a%0d%0aX: y",
                             "/%",
                             "/%4",
                             "/%zz",
                             "/%ff",
                             "/%c0%af",
                             "/%ed%a0%80",
                             "/%f4%90%80%80",
                             "/a?x=%",
                             "/a?x=%0a",
                             "/a?%ff=1",
                             "http://",
                             "ftp://h/x",
                             "h:80"}) {
    const auto parsed = parse_request_target(target);
    EXPECT_FALSE(parsed) << target;
    if (!parsed) {
      EXPECT_EQ(parsed.error().code, core::Code::bad_input);
    }
  }
}

TEST(RequestTarget, LimitsThePairs) {
  std::string target = "/a?";
  for (size_t i = 0; i < query_pairs_max; ++i) target += "k" + std::to_string(i) + "=v&";
  EXPECT_TRUE(parse_request_target(target));
  EXPECT_FALSE(parse_request_target(target + "one=more"));
}

TEST(RequestTarget, KeepsGoodUtf8) {
  EXPECT_EQ(parse_request_target("/%c3%a9/%e2%82%ac/%f0%9f%98%80")->path, "/é/€/😀");
}

TEST(PercentDecode, PlusIsASpaceOnlyInQueries) {
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
}

}  // namespace
}  // namespace fovea::net
