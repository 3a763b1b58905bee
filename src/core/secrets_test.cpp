#include "core/secrets.h"

#include <gtest/gtest.h>

namespace fovea::core {
namespace {

TEST(Secrets, AreMaskedInEveryForm) {
  Secrets secrets;
  secrets.add("PW", "hush-hush");
  secrets.add("HASH", "12#ab\"c");
  EXPECT_EQ(secrets.masked("curl -u viewer:hush-hush http://h/"), "curl -u viewer:${PW} http://h/");
  EXPECT_EQ(secrets.masked("hush-hushhush-hush"), "${PW}${PW}");
  EXPECT_EQ(secrets.masked("rtsp://u:12%23ab%22c@h"), "rtsp://u:${HASH}@h");
  EXPECT_EQ(secrets.masked("rtsp://u:12%23ab%22c@h, 12#ab\"c"), "rtsp://u:${HASH}@h, ${HASH}");
  EXPECT_EQ(secrets.masked(R"({"said": "12#ab\"c"})"), R"({"said": "${HASH}"})");
  EXPECT_EQ(secrets.masked("nothing of it"), "nothing of it");
}

TEST(Secrets, Base64IsLookedInto) {
  Secrets secrets;
  secrets.add("PW", "hush-hush");
  EXPECT_EQ(secrets.masked("> Authorization: Basic dmlld2VyOmh1c2gtaHVzaA=="),
            "> Authorization: Basic ***");
  EXPECT_EQ(secrets.masked("dmlld2VyOmh1c2gtaHVzaA== and more"), "*** and more");
  EXPECT_EQ(secrets.masked("Basic dmlld2VyOmVhc3k="), "Basic dmlld2VyOmVhc3k=") << "viewer:easy";
}

TEST(Secrets, MaskingTwiceIsMaskingOnce) {
  Secrets secrets;
  secrets.add("password", "password");
  EXPECT_EQ(secrets.masked("a password"), "a ${password}");
  EXPECT_EQ(secrets.masked("a ${password}"), "a ${password}");
}

// Of a value that is a part of another, the longer one is masked whole.
TEST(Secrets, TheLongestGoesFirst) {
  Secrets secrets;
  secrets.add("SHORT", "secret");
  secrets.add("LONG", "secret-and-more");
  EXPECT_EQ(secrets.masked("secret-and-more, secret"), "${LONG}, ${SHORT}");
}

TEST(Secrets, AShortOneIsMaskedWhereItStandsAlone) {
  Secrets secrets;
  secrets.add("PIN", "1234");
  secrets.add("ROTATION", "90");
  EXPECT_EQ(secrets.masked("admin:1234@h 123456 90"), "admin:${PIN}@h 123456 90");
}

TEST(Secrets, AUrlsPasswordIsOneToo) {
  Secrets secrets;
  secrets.add("CAMERA", "rtsp://viewer:opensesame@10.0.0.7/s");
  EXPECT_EQ(secrets.masked("401 for viewer:opensesame"), "401 for viewer:${CAMERA}");
  EXPECT_EQ(secrets.masked("rtsp://viewer:opensesame@10.0.0.7/s: refused"), "${CAMERA}: refused");
}

}  // namespace
}  // namespace fovea::core
