#include "core/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/child_process.h"
#include "testing/process.h"

namespace fovea::core {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

class EnvironmentTest : public ::testing::Test {
 protected:
  void TearDown() override {
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
  EXPECT_EQ(expanded("rtsp://u:p@${FOVEA_TEST_PW}/s", "10.0.0.7:554"), "rtsp://u:p@10.0.0.7:554/s");
  EXPECT_EQ(expanded("http://h/s?a=${FOVEA_TEST_PW}&m=a@b", "x y"), "http://h/s?a=x y&m=a@b");
}

// What the shell makes of a command with such a value.
TEST_F(EnvironmentTest, NoValueIsTakenForACommand) {
  const auto printed = [](const std::string& text, const char* value) {
    return testing::run_command(ChildProcess::shell(expanded(text, value).substr(5)));
  };
  for (const char* value :
       {"a;id", "$(id)", "`id`", "a'b", "a\"b", "a&id", "a|id", "\\", "a b", "$HOME"}) {
    EXPECT_EQ(printed("exec:printf %s \"u:${FOVEA_TEST_PW}\"", value), std::string("u:") + value);
    EXPECT_EQ(printed("exec:printf %s 'u:${FOVEA_TEST_PW}'", value), std::string("u:") + value);
    EXPECT_EQ(
        printed("exec:FOVEA_TEST_USER=${FOVEA_TEST_PW} sh -c 'printf %s \"$FOVEA_TEST_USER\"'",
                value),
        value);
  }
  EXPECT_EQ(printed("exec:printf %s v:${FOVEA_TEST_PW}", "a;id"), "v:a;id");
  // In a URL it is encoded, and one that is encoded already may still hold what the shell acts on.
  for (const char* url : {"rtsp://u:${FOVEA_TEST_PW}@h", "\"rtsp://u:${FOVEA_TEST_PW}@h\"",
                          "'rtsp://u:${FOVEA_TEST_PW}@h'"}) {
    EXPECT_EQ(printed(std::string("exec:printf %s ") + url, "a;$(id)"),
              "rtsp://u:a%3B%24%28id%29@h");
    EXPECT_EQ(printed(std::string("exec:printf %s ") + url, "a%40;$(id)&x"),
              "rtsp://u:a%40;$(id)&x@h");
  }
  // Behind a '\\' it is the shell's text, and the quotes around it are still known.
  EXPECT_EQ(printed("exec:printf %s%s \\${FOVEA_TEST_PW} 'rtsp://u:${FOVEA_TEST_PW}@h'", "a'b"),
            "${FOVEA_TEST_PW}rtsp://u:a%27b@h");
  EXPECT_EQ(printed("exec:printf %s \\$${FOVEA_TEST_PW}'rtsp://u:${FOVEA_TEST_PW}@h'", "a'b"),
            "${FOVEA_TEST_PW}rtsp://u:a%27b@h");
  // Who wants it to be one says so.
  EXPECT_EQ(printed("exec:eval \"${FOVEA_TEST_PW}\"", "echo a | tr a b"), "b\n");
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
