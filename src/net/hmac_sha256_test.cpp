#include "net/hmac_sha256.h"

#include <gtest/gtest.h>

namespace fovea::net {
namespace {

// RFC 4231, test cases 2 and 1; RFC 4648, section 10.
TEST(HmacSha256, IsThatOfTheRfc) {
  EXPECT_EQ(base64_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
  EXPECT_EQ(hmac_sha256(std::string(20, '\x0b'), "Hi There").substr(0, 4),
            std::string("\xb0\x34\x4c\x61"));
}

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

}  // namespace
}  // namespace fovea::net
