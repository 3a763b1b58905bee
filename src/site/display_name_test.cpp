#include "site/display_name.h"

#include <gtest/gtest.h>

#include <string>

namespace fovea::site {
namespace {

TEST(DisplayName, TakesWhatPeopleCallThings) {
  for (const char* name :
       {"Yard", "Hof (Nord) – Tor 3", "正門", "بوابة", "Caf\u00e9 \U0001F4F7", "<b>&\"'", "a"}) {
    EXPECT_TRUE(check_display_name(name)) << name;
  }
  EXPECT_TRUE(check_display_name(std::string(80, 'x')));
  std::string wide;
  for (int i = 0; i < 80; ++i) wide += "門";
  EXPECT_TRUE(check_display_name(wide));
}

TEST(DisplayName, RefusesWhatChangesItsSurroundings) {
  for (const char* name : {"", "   ", "\u00a0\u2003", "a\nb", "a\tb", "a\x7f", "a\u0085b",
                           "\xe2\x80\xaegnp", "\xe2\x81\xa6x", "a\u2028b", "\u200fa"}) {
    EXPECT_FALSE(check_display_name(name)) << name;
  }
  EXPECT_FALSE(check_display_name(std::string(81, 'x')));
  EXPECT_FALSE(check_display_name(std::string("a\0b", 3)));
}

TEST(DisplayName, RefusesWhatIsNoUtf8) {
  for (const char* name : {"\xff", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xf0\x80\x80\x80", "\xe6\xad", "a\x80", "\xc3("}) {
    EXPECT_FALSE(check_display_name(name));
  }
}

}  // namespace
}  // namespace fovea::site
