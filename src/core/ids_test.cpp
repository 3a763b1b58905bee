#include "core/ids.h"

#include <gtest/gtest.h>

namespace fovea::core {
namespace {

TEST(Names, FollowTheContract) {
  for (const char* good : {"a", "cam-1", "Yard_2", "0"}) EXPECT_TRUE(is_name(good)) << good;
  for (const char* bad : {"", "a b", "a.b", "a/b", "caf\xc3\xa9", "*", ">"}) {
    EXPECT_FALSE(is_name(bad)) << bad;
  }
  EXPECT_TRUE(is_name(std::string(64, 'x')));
  EXPECT_FALSE(is_name(std::string(65, 'x')));
}

TEST(Names, AreShownPrintably) {
  EXPECT_EQ(printable("a\x1b[31mb\n"), "a?[31mb?");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

TEST(Nearest, FindsTheLikelyWord) {
  EXPECT_EQ(nearest("camras", {"cameras", "listen", "models"}), "cameras");
  EXPECT_EQ(nearest("zzzzzz", {"cameras", "listen"}), "");
}

}  // namespace
}  // namespace fovea::core
