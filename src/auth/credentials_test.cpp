#include "auth/credentials.h"

#include <gtest/gtest.h>

namespace fovea::auth {
namespace {

TEST(Credentials, CookiesAreFoundByTheirExactName) {
  EXPECT_EQ(cookie_value("fovea=abc", "fovea"), "abc");
  EXPECT_EQ(cookie_value("a=1; fovea=abc; b=2", "fovea"), "abc");
  EXPECT_EQ(cookie_value("a=1;fovea=a=b", "fovea"), "a=b");
  EXPECT_EQ(cookie_value("fovea=first; fovea=second", "fovea"), "first");
  EXPECT_EQ(cookie_value("fovea=", "fovea"), "");
  for (const char* header : {"", ";", "fovea", "xfovea=1", "foveax=1", "FOVEA=1", "a=fovea=1"}) {
    EXPECT_FALSE(cookie_value(header, "fovea")) << header;
  }
  EXPECT_FALSE(cookie_value("fovea=" + std::string(credential_bytes_max + 1, 'x'), "fovea"));
}

TEST(Credentials, BearerAndBasicCarryTheSameSecret) {
  EXPECT_EQ(bearer_or_basic("Bearer fovea_x"), "fovea_x");
  EXPECT_EQ(bearer_or_basic("bearer   fovea_x "), "fovea_x");
  EXPECT_EQ(bearer_or_basic("Basic YW55Ym9keTpmb3ZlYV94"), "fovea_x");  // anybody:fovea_x
  EXPECT_EQ(bearer_or_basic("Basic OmZvdmVhX3g="), "fovea_x");          // :fovea_x
  for (const char* header : {"", "Bearer", "Bearer ", "fovea_x", "Digest x", "Basic ???",
                             "Basic YW55Ym9keQ==", "Basic YW55Ym9keTpmb3ZlYV94 x"}) {
    EXPECT_FALSE(bearer_or_basic(header)) << header;
  }
  EXPECT_FALSE(bearer_or_basic("Bearer " + std::string(credential_bytes_max + 1, 'x')));
}

}  // namespace
}  // namespace fovea::auth
