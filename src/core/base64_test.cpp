#include "core/base64.h"

#include <gtest/gtest.h>

namespace fovea::core {
namespace {

// RFC 4648, section 10.
TEST(Base64, IsThatOfTheRfc) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(base64_encode(bytes), text);
    const auto decoded = base64_decode(text);
    ASSERT_TRUE(decoded) << text;
    EXPECT_EQ(*decoded, bytes);
  }
  for (const char* wrong : {"Z", "Zg=", "Zg", "Z===", "====", "Zm9v Zm8=", "Zm9*", " Zm9v   "}) {
    EXPECT_FALSE(base64_decode(wrong)) << wrong;
  }
}

TEST(Base64, ForUrlsHasOtherLettersAndNoPadding) {
  const std::string bytes = "\xfb\xff\xbf\x01";
  EXPECT_EQ(base64url_encode(bytes), "-_-_AQ");
  EXPECT_EQ(*base64url_decode("-_-_AQ"), bytes);
  EXPECT_EQ(*base64url_decode(""), "");
  for (const char* wrong : {"-_-_AQ==", "+/+/", "A", "AB C"}) EXPECT_FALSE(base64url_decode(wrong));
}

}  // namespace
}  // namespace fovea::core
