#include "auth/password.h"

#include <gmock/gmock.h>

#include "auth/secret.h"

namespace fovea::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Password, IsKeptAsArgon2id) {
  const auto hash = hash_password("correct horse");
  ASSERT_TRUE(hash) << hash.error().message;
  EXPECT_THAT(*hash, StartsWith("$argon2id$v=19$m=65536,t=2,p=1$"));
  EXPECT_TRUE(verify_password(*hash, "correct horse"));
  EXPECT_FALSE(verify_password(*hash, "correct horsf"));
  EXPECT_FALSE(verify_password(*hash, ""));
  EXPECT_NE(*hash_password("correct horse"), *hash) << "no salt";
}

TEST(Password, NobodyAndDamageAreNeverRight) {
  EXPECT_FALSE(verify_password("", ""));
  EXPECT_FALSE(verify_password("", "correct horse"));
  EXPECT_FALSE(verify_password("$argon2id$nonsense", "correct horse"));
}

TEST(Password, NewOnesMustBeHardToGuess) {
  EXPECT_TRUE(check_new_password("anna", "correct horse"));
  for (const std::string& password : {std::string(), std::string("short"), std::string(20, 'a'),
                                      std::string(300, 'b') + "c", std::string("administrator")}) {
    EXPECT_FALSE(check_new_password("administrator", password)) << password;
  }
}

TEST(Secret, IsLongAndNeverTheSame) {
  const std::string secret = new_secret();
  EXPECT_THAT(secret, StartsWith("fovea_"));
  EXPECT_EQ(secret.size(), 49u);
  EXPECT_NE(new_secret(), secret);
  EXPECT_NE(new_id(), new_id());
}

TEST(Secret, HashesDifferByPurpose) {
  EXPECT_EQ(secret_hash("x", "session"), secret_hash("x", "session"));
  EXPECT_NE(secret_hash("x", "session"), secret_hash("x", "token"));
  EXPECT_THAT(secret_hash("fovea_x", "session"), Not(HasSubstr("fovea_x")));
  EXPECT_TRUE(equal_in_constant_time("ab", "ab"));
  EXPECT_FALSE(equal_in_constant_time("ab", "ac"));
  EXPECT_FALSE(equal_in_constant_time("ab", "abc"));
}

}  // namespace
}  // namespace fovea::auth
