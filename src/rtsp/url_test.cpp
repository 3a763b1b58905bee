#include "rtsp/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::rtsp {
namespace {

using core::Code;
using ::testing::HasSubstr;
using ::testing::Not;

Url url_of(const std::string& text) {
  auto url = parse_url(text);
  EXPECT_TRUE(url) << text << ": " << (url ? "" : url.error().message);
  return url ? *url : Url{};
}

TEST(RtspUrl, InAllItsParts) {
  const Url url = url_of("rtsps://anna:p%40ss%3A%23@cam.lan:8322/a/b?c=d");
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.host, "cam.lan");
  EXPECT_EQ(url.port, 8322);
  EXPECT_EQ(url.target, "/a/b?c=d");
  ASSERT_TRUE(url.credentials);
  EXPECT_EQ(url.credentials->user, "anna");
  EXPECT_EQ(url.credentials->password, "p@ss:#");
  EXPECT_EQ(url.request(), "rtsps://cam.lan:8322/a/b?c=d");
}

TEST(RtspUrl, AsPeopleWriteThem) {
  EXPECT_EQ(url_of("rtsp://cam").request(), "rtsp://cam:554");
  EXPECT_EQ(url_of("rtsp://[fd00::7]/x").request(), "rtsp://[fd00::7]:554/x");
  EXPECT_EQ(url_of("rtsp://cam?channel=1").request(), "rtsp://cam:554/?channel=1");
  EXPECT_EQ(url_of("rtsp://cam/two words").request(), "rtsp://cam:554/two%20words");
  EXPECT_EQ(url_of("rtsp://u:se#cr/et@cam/x").credentials->password, "se#cr/et");
  EXPECT_EQ(url_of("rtsp://u:100%@cam/x").credentials->password, "100%");
  EXPECT_EQ(url_of("rtsp://u@cam/x").credentials->password, "");
  EXPECT_FALSE(url_of("rtsp://cam/x").credentials);
}

TEST(RtspUrl, APinIsNeverSent) {
  const std::string hex(64, 'a');
  const Url url = url_of("rtsps://cam/x?y=z#pin=sha256:" + hex);
  EXPECT_EQ(url.request(), "rtsps://cam:322/x?y=z");
  ASSERT_TRUE(url.pin);
  EXPECT_EQ(to_hex(*url.pin), hex);
  std::string colons = "0A";
  for (int i = 0; i < 31; ++i) colons += ":0A";
  EXPECT_EQ((*url_of("rtsps://cam/x#pin=sha256:" + colons).pin)[31], 10);
  for (const std::string& wrong :
       {"rtsps://cam/x#pin=" + hex, "rtsps://cam/x#pin=sha256:" + hex + "00",
        std::string("rtsps://cam/x#pin=sha256:0a"), std::string("rtsps://cam/x#pin=sha256:xyz")}) {
    EXPECT_EQ(parse_url(wrong).error().code, Code::bad_input) << wrong;
  }
  for (const char* slip : {"#PIN=sha256:", "#pin-sha256=", "#sha256:"}) {
    const auto refused = parse_url("rtsps://cam/x" + (slip + hex));
    ASSERT_FALSE(refused) << slip;
    EXPECT_THAT(refused.error().message, HasSubstr("write #pin=sha256:"));
  }
  EXPECT_THAT(parse_url("rtsp://cam/x#pin=sha256:" + hex).error().message, HasSubstr("rtsps://"));
}

TEST(RtspUrl, WhatIsNoneSaysSoWithoutItsSecrets) {
  for (const char* text :
       {"", "http://cam/x", "rtsp://", "rtsp:///x", "rtsp://u:s3cret@/x", "rtsp://u:s3cret@cam:0/x",
        "rtsp://u%0d%0aX:s3cret@cam/x", "rtsp://u:s3cret%0a@cam/x", "rtsp://c\x01m/x"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Code::bad_input);
    EXPECT_THAT(url.error().message, Not(HasSubstr("s3cret")));
  }
}

TEST(RtspResolve, AsCamerasNameTheirStreams) {
  const Url camera = url_of("rtsp://u:p@cam/live?x=1");
  const std::string base = camera.request();
  const std::tuple<const char*, const char*> cases[] = {
      {"", "rtsp://cam:554/live?x=1"},
      {"*", "rtsp://cam:554/live?x=1"},
      {"trackID=1", "rtsp://cam:554/live?x=1/trackID=1"},
      {"rtsp://cam/live/trackID=1", "rtsp://cam:554/live/trackID=1"},
      // Behind a router a camera knows its inner address only; another host is never spoken to.
      {"rtsp://192.168.1.9:5554/live/trackID=1", "rtsp://cam:554/live/trackID=1"},
      {"rtsp://evil:pw@10.0.0.1/x", "rtsp://cam:554/x"},
      {"track?u=rtsp://x/y", "rtsp://cam:554/live?x=1/track?u=rtsp://x/y"},
  };
  for (const auto& [reference, wanted] : cases) {
    const auto found = resolve(camera, base, reference);
    ASSERT_TRUE(found) << reference;
    EXPECT_EQ(*found, wanted);
  }
  EXPECT_EQ(*resolve(camera, "rtsp://cam:554/live/", "/t"), "rtsp://cam:554/live/t");
}

TEST(RtspResolve, OtherSchemesAndControlCharactersAreRefused) {
  const Url camera = url_of("rtsp://cam/live");
  for (const char* reference : {"file:///etc/passwd", "http://10.0.0.1/x", "a\r\nSession: 1"}) {
    const auto found = resolve(camera, camera.request(), reference);
    ASSERT_FALSE(found) << reference;
    EXPECT_EQ(found.error().code, Code::bad_input);
  }
  EXPECT_THAT(resolve(camera, "", "file:///etc/passwd").error().message,
              HasSubstr("file:///etc/passwd"));
}

}  // namespace
}  // namespace fovea::rtsp
