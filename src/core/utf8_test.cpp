#include "core/utf8.h"

#include <gtest/gtest.h>

namespace fovea::core {
namespace {

TEST(Utf8Test, TakesEveryLength) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("camera 1"));
  EXPECT_TRUE(is_utf8("h\xc3\xb6he"));
  EXPECT_TRUE(is_utf8("\xe2\x82\xac"));
  EXPECT_TRUE(is_utf8("\xf4\x8f\xbf\xbf")) << "U+10FFFF, the last";
}

TEST(Utf8Test, RefusesWhatIsNone) {
  EXPECT_FALSE(is_utf8("\x80")) << "begins in the middle";
  EXPECT_FALSE(is_utf8("\xe2\x82")) << "cut short";
  EXPECT_FALSE(is_utf8("\xc3(")) << "no second byte";
  EXPECT_FALSE(is_utf8("\xc0\xaf")) << "an overlong slash";
  EXPECT_FALSE(is_utf8("\xe0\x80\xaf")) << "an overlong slash";
  EXPECT_FALSE(is_utf8("\xf0\x80\x80\xaf")) << "an overlong slash";
  EXPECT_FALSE(is_utf8("\xed\xa0\x80")) << "half a surrogate pair";
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80")) << "beyond U+10FFFF";
}

TEST(Utf8Test, SaysWhereItEnds) {
  EXPECT_EQ(utf8_length("h\xc3\xb6he"), 5u);
  EXPECT_EQ(utf8_length("ab\xf6he"), 2u);
}

}  // namespace
}  // namespace fovea::core
