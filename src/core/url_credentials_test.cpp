#include "core/url_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::core {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(UrlCredentials, NothingBeforeTheLastAtIsShown) {
  const std::pair<const char*, const char*> cases[] = {
      {"rtsp://h/main", "rtsp://h/main"},
      {"rtsp://u:p@h/main", "rtsp://***@h/main"},
      {"rtsp://u:ab#12@h/s", "rtsp://***@h/s"},
      {"rtsp://u:12#ab@h/s", "rtsp://***@h/s"},
      {"rtsp://u:4/2b@h/s", "rtsp://***@h/s"},
      {"rtsp://u:9?x@h/s", "rtsp://***@h/s"},
      {"rtsp://u:1@2 3'4@h/s", "rtsp://***@h/s"},
      {"rtsp://u:pass@word@h:554", "rtsp://***@h:554"},
      {"u:p@h", "***@h"},
      {"memory://", "memory://"},
  };
  for (const auto& [url, shown] : cases) EXPECT_EQ(masked_url(url), shown);
}

TEST(UrlCredentials, ACommandMayHaveSeveral) {
  EXPECT_EQ(masked_urls("a -i 'rtsp://u:p#q@a/x' \"http://v:w@b\" c@d https://e/f"),
            "a -i 'rtsp://***@a/x' \"http://***@b\" c@d https://e/f");
}

TEST(UrlCredentials, WhatCannotBeReadSaysWhatToWrite) {
  const std::pair<const char*, const char*> cases[] = {
      {"rtsp://viewer:ab#12@127.0.0.1:19010/s", "write # as %23"},
      {"rtsp://viewer:12#ab@127.0.0.1:19010/s", "write # as %23"},
      {"rtsp://viewer:12#ab@camera/s", "write # as %23"},
      {"rtsp://viewer:4/2b@10.0.0.7/s", "write / as %2F"},
      {"rtsp://viewer:9?x@camera.local:554/s", "write ? as %3F"},
      {"rtsp://viewer:a@b/c@10.0.0.7/s", "write / as %2F"},
      {"rtsp://viewer:a/b?c#d@camera/s", "write / as %2F, ? as %3F, # as %23"},
  };
  for (const auto& [url, advice] : cases) {
    const auto checked = check_credentials(url);
    ASSERT_FALSE(checked) << url;
    EXPECT_THAT(checked.error().message, HasSubstr(advice)) << url;
    EXPECT_THAT(checked.error().message, Not(HasSubstr("viewer"))) << url;
  }
}

TEST(UrlCredentials, AnAtMayStandInAPath) {
  for (const char* url :
       {"rtsp://10.0.0.7/main", "rtsp://u:p@10.0.0.7/main", "rtsp://u:p%23@h/a@b",
        "rtsp://10.0.0.7:554/main@sub", "rtsp://gate:554/main@sub", "rtsp://gate/main@sub",
        "rtsp://[2001:db8::7]:554/a@b.c", "rtsp://gate.local/s?mail=a@b.c", "synthetic:1"}) {
    EXPECT_TRUE(check_credentials(url)) << url;
  }
}

TEST(UrlCredentials, AHostBeforeTheLastAtIsHidden) {
  EXPECT_TRUE(hides_host("rtsp://viewer:4/2b@camera/s"));
  EXPECT_TRUE(hides_host("rtsp://gate/main@sub"));
  EXPECT_FALSE(hides_host("rtsp://viewer:4@camera/s"));
  EXPECT_FALSE(hides_host("rtsp://viewer:4@camera/a@b"));
  EXPECT_FALSE(hides_host("rtsp://camera/s"));
}

TEST(UrlCredentials, Encoded) {
  EXPECT_EQ(encode_credentials("aB1-._~"), "aB1-._~");
  EXPECT_EQ(encode_credentials("p@:/?#%& \xc3\xb6"), "p%40%3A%2F%3F%23%25%26%20%C3%B6");
}

}  // namespace
}  // namespace fovea::core
