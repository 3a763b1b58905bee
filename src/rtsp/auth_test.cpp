#include "rtsp/auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::rtsp {
namespace {

using core::Code;
using ::testing::HasSubstr;
using ::testing::Not;

Response refusal(const std::vector<std::string>& challenges) {
  Response response;
  response.status = 401;
  for (const auto& challenge : challenges) {
    response.headers.all.emplace_back("WWW-Authenticate", challenge);
  }
  return response;
}

// What is answered to one challenge, or the error's words.
std::string answer_to(const std::vector<std::string>& challenges) {
  Authenticator authenticator(Credentials{"viewer", "s3cret"});
  const auto taken = authenticator.take(refusal(challenges));
  if (!taken) return taken.error().message;
  return *authenticator.authorization("DESCRIBE", "rtsp://cam:554/s");
}

// RFC 7616, section 3.9.1.
TEST(RtspAuthenticator, AnswersAsTheStandardsExample) {
  const std::tuple<const char*, const char*> cases[] = {
      {"MD5", "8ca523f5e9506fed4657c9700eebdbec"},
      {"SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
  };
  for (const auto& [algorithm, response] : cases) {
    Authenticator authenticator(Credentials{"Mufasa", "Circle of Life"}, [] {
      return std::string("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
    });
    ASSERT_TRUE(authenticator.take(
        refusal({"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=" +
                 std::string(algorithm) +
                 ", nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
                 "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""})));
    const std::string answer = *authenticator.authorization("GET", "/dir/index.html");
    EXPECT_THAT(answer, HasSubstr("response=\"" + std::string(response) + "\""));
    EXPECT_THAT(answer, HasSubstr("nc=00000001"));
    EXPECT_THAT(*authenticator.authorization("GET", "/"), HasSubstr("nc=00000002"));
  }
}

// As cameras ask: without qop (RFC 2069). The sums were made by another program.
TEST(RtspAuthenticator, AnswersCameras) {
  EXPECT_EQ(answer_to({"Digest realm=\"cam\", nonce=\"abc\""}),
            "Digest username=\"viewer\", realm=\"cam\", nonce=\"abc\", uri=\"rtsp://cam:554/s\", "
            "response=\"484585aa77c3d9520aaf53be959cefbb\"");
  EXPECT_THAT(
      answer_to({"Digest realm=\"cam\", nonce=\"abc\", algorithm=\"SHA-256\""}),
      HasSubstr("response=\"d38ca29b3438d44718c0f48b184895580b1f8eb316c69532ca22c269ec9e5f63\", "
                "algorithm=SHA-256"));
  EXPECT_EQ(answer_to({"Basic realm=\"cam\""}), "Basic dmlld2VyOnMzY3JldA==");
}

TEST(RtspAuthenticator, TakesTheBestThatIsOffered) {
  const char* sha = "Digest realm=\"cam\", nonce=\"abc\", algorithm=SHA-256";
  const char* md5 = "Digest realm=\"cam\", nonce=\"abc\", algorithm=MD5";
  const char* basic = "Basic realm=\"cam\"";
  EXPECT_THAT(answer_to({basic, md5, sha}), HasSubstr("algorithm=SHA-256"));
  EXPECT_THAT(answer_to({md5, basic}), HasSubstr("algorithm=MD5"));
  EXPECT_THAT(answer_to({std::string(basic) + ", " + md5}), HasSubstr("algorithm=MD5"));
  EXPECT_THAT(answer_to({"Digest realm=\"x\", nonce=\"y\", algorithm=SHA-999", basic}),
              HasSubstr("Basic "));
}

TEST(RtspAuthenticator, AWayThatIsNotSpokenIsNamed) {
  EXPECT_THAT(answer_to({"Digest realm=\"x\", nonce=\"y\", algorithm=SHA-999"}),
              AllOf(HasSubstr("'SHA-999'"), HasSubstr("; switch it to Digest")));
  EXPECT_THAT(answer_to({"Bearer realm=\"x\""}), HasSubstr("'Bearer'"));
  EXPECT_THAT(answer_to({"Digest realm=\"x\", nonce=\"y\", qop=auth-int"}), HasSubstr("digest"));
  EXPECT_THAT(answer_to({}), HasSubstr("cannot be read"));
  EXPECT_THAT(answer_to({"Digest realm=\"x, nonce=\"y"}), HasSubstr("not spoken"));
}

TEST(RtspAuthenticator, NothingOfAHostileRealmBecomesAHeader) {
  const std::string answer =
      answer_to({"Digest realm=\"a\\\"b\\\\c\\r\", nonce=\"" + std::string(900, 'n') + "\""});
  EXPECT_THAT(answer, HasSubstr("realm=\"a\\\"b\\\\cr\""));
  EXPECT_THAT(answer_to({"Digest realm=\"" + std::string(1100, 'r') + "\", nonce=\"n\""}),
              Not(HasSubstr("rrr")));
}

TEST(RtspAuthenticator, ARefusalIsOneAndAStaleNonceIsNot) {
  Authenticator authenticator(Credentials{"viewer", "s3cret"});
  const auto first = refusal({"Digest realm=\"cam\", nonce=\"1\""});
  EXPECT_FALSE(authenticator.authorization("PLAY", "x"));
  ASSERT_TRUE(authenticator.take(first));
  (void)authenticator.authorization("PLAY", "x");
  EXPECT_TRUE(authenticator.take(refusal({"Digest realm=\"cam\", nonce=\"2\", stale=TRUE"})));
  EXPECT_THAT(*authenticator.authorization("PLAY", "x"), HasSubstr("nonce=\"2\""));
  const auto refused = authenticator.take(first);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied);
  EXPECT_EQ(Authenticator(std::nullopt).take(first).error().code, Code::denied);
}

TEST(RtspAuthenticator, WhoWantedADigestGetsNoPlainPassword) {
  Authenticator authenticator(Credentials{"viewer", "s3cret"});
  ASSERT_TRUE(authenticator.take(refusal({"Digest realm=\"cam\", nonce=\"1\""})));
  EXPECT_FALSE(authenticator.sends_password());
  EXPECT_EQ(authenticator.take(refusal({"Basic realm=\"cam\""})).error().code, Code::denied);
  Authenticator plain(Credentials{"viewer", "s3cret"});
  ASSERT_TRUE(plain.take(refusal({"Basic realm=\"cam\""})));
  EXPECT_TRUE(plain.sends_password());
}

}  // namespace
}  // namespace fovea::rtsp
