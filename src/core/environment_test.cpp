#include "core/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace fovea::core {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

class EnvironmentTest : public ::testing::Test {
 protected:
  ~EnvironmentTest() override {
    for (const char* name : {"FOVEA_TEST_PW", "FOVEA_TEST_USER"}) unsetenv(name);
  }
  static std::string expanded(const std::string& text, const char* value) {
    setenv("FOVEA_TEST_PW", value, 1);
    const auto done = expand_environment(text);
    return done ? *done : "refused: " + done.error().message;
  }
};

TEST_F(EnvironmentTest, APasswordMayHaveAnySigns) {
  const std::string url = "rtsp://viewer:${FOVEA_TEST_PW}@10.0.0.7:554/s";
  EXPECT_EQ(expanded(url, "12#ab"), "rtsp://viewer:12%23ab@10.0.0.7:554/s");
  EXPECT_EQ(expanded(url, "a@b:c/d?e%f"), "rtsp://viewer:a%40b%3Ac%2Fd%3Fe%25f@10.0.0.7:554/s");
  EXPECT_EQ(expanded(url, "plain-1"), "rtsp://viewer:plain-1@10.0.0.7:554/s");
  EXPECT_EQ(expanded(url, "p%40ss"), "rtsp://viewer:p%40ss@10.0.0.7:554/s");  // is encoded
  EXPECT_EQ(expanded("rtsp://${FOVEA_TEST_PW}@h/s", "user:p#w"), "rtsp://user:p%23w@h/s");
  EXPECT_EQ(expanded("exec:f -i 'rtsp://u:${FOVEA_TEST_PW}@h/s' x@y", "p w"),
            "exec:f -i 'rtsp://u:p%20w@h/s' x@y");
}

TEST_F(EnvironmentTest, ElsewhereItStaysAsItIs) {
  EXPECT_EQ(expanded("${FOVEA_TEST_PW}", "rtsp://u:p#w@h/s"), "rtsp://u:p#w@h/s");
  EXPECT_EQ(expanded("exec:curl -u v:${FOVEA_TEST_PW} http://h/x@y", "a#b"),
            "exec:curl -u v:a#b http://h/x@y");
  EXPECT_EQ(expanded("rtsp://u:p@${FOVEA_TEST_PW}/s", "10.0.0.7:554"), "rtsp://u:p@10.0.0.7:554/s");
  EXPECT_EQ(expanded("http://h/s?a=${FOVEA_TEST_PW}&m=a@b", "x y"), "http://h/s?a=x y&m=a@b");
}

TEST_F(EnvironmentTest, WhatWasPutInIsASecret) {
  Secrets secrets;
  setenv("FOVEA_TEST_PW", "12#abc", 1);
  ASSERT_TRUE(expand_environment("rtsp://u:${FOVEA_TEST_PW}@h", &secrets));
  EXPECT_EQ(secrets.masked("12#abc 12%23abc"), "${FOVEA_TEST_PW} ${FOVEA_TEST_PW}");
}

TEST_F(EnvironmentTest, AChildIsGivenWhatItNeeds) {
  setenv("FOVEA_TEST_PW", "hush", 1);
  EXPECT_THAT(child_environment(), Contains(StartsWith("PATH=")));
  EXPECT_THAT(child_environment(), Not(Contains(StartsWith("FOVEA_TEST_PW="))));
}

TEST_F(EnvironmentTest, ACommandNamesItsVariables) {
  setenv("FOVEA_TEST_PW", "hush", 1);
  setenv("FOVEA_TEST_USER", "v", 1);
  EXPECT_THAT(
      variables_named_in("a $FOVEA_TEST_PW \"${FOVEA_TEST_USER}:$FOVEA_TEST_PW\" $NOT_SET $ "
                         "$HOME"),
      ElementsAre("FOVEA_TEST_PW", "FOVEA_TEST_USER"));
}

}  // namespace
}  // namespace fovea::core
