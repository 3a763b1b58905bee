#include "net/hmac_sha256.h"

#include <gtest/gtest.h>

#include "core/base64.h"

namespace fovea::net {
namespace {

// RFC 4231, test cases 2 and 1.
TEST(HmacSha256, IsThatOfTheRfc) {
  EXPECT_EQ(core::base64_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
  EXPECT_EQ(hmac_sha256(std::string(20, '\x0b'), "Hi There").substr(0, 4),
            std::string("\xb0\x34\x4c\x61"));
}

}  // namespace
}  // namespace fovea::net
