#include "video/remote_source.h"

#include <gtest/gtest.h>

namespace fovea::video {
namespace {

TEST(RemoteSource, TakesRtspOnly) {
  for (const char* spec :
       {"rtsp://10.0.0.7/main", "rtsp://user:pass%20word@cam.local:8554/a/b?x=1",
        "rtsps://cam.local/main", "rtsp://[2001:db8::7]/main", "rtsp://10.0.0.7"}) {
    EXPECT_TRUE(check_remote_spec(spec)) << spec;
  }
  for (const char* spec :
       {"", "exec:rm -rf /", "file:/etc/passwd", "folder:/", "v4l2:/dev/video0", "synthetic:1",
        "/etc/passwd", "http://host/x", "rtsp:host", "rtsp://", "rtsp:///path", "rtsp://user@/path",
        "rtsp://:554/path", "RTSP://host/path", " rtsp://host/path", "rtsp://host/a b",
        "rtsp://host/a\nexec:x", "rtsp+exec://host/path", "concat:rtsp://host/path"}) {
    const auto refused = check_remote_spec(spec);
    ASSERT_FALSE(refused) << spec;
    EXPECT_EQ(refused.error().code, core::Code::bad_input);
  }
  EXPECT_FALSE(check_remote_spec("rtsp://host/" + std::string(3000, 'x')));
}

}  // namespace
}  // namespace fovea::video
