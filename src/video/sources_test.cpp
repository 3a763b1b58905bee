#include <gtest/gtest.h>

#include "video/source.h"

namespace fovea::video {
namespace {

TEST(MaskedSpec, ShowsNoCredentials) {
  const std::pair<const char*, const char*> cases[] = {
      {"rtsp://10.0.0.7/main", "rtsp://10.0.0.7/main"},
      {"rtsp://10.0.0.7:554/main", "rtsp://10.0.0.7:554/main"},
      {"rtsp://[2001:db8::7]:554/main", "rtsp://[2001:db8::7]:554/main"},
      {"rtsp://user:word@10.0.0.7/main", "rtsp://***@10.0.0.7/main"},
      {"rtsp://user:w@rd@10.0.0.7/main", "rtsp://***@10.0.0.7/main"},
      {"rtsp://admin:ab/cd@10.0.0.7/s", "rtsp://***@10.0.0.7/s"},
      {"rtsp://admin:ab#c?d@10.0.0.7/s", "rtsp://***@10.0.0.7/s"},
      {"exec:ffmpeg -i rtsp://u:p@a/x -i 'rtsp://u:p/q@b/y' -",
       "exec:ffmpeg -i rtsp://***@a/x -i "
       "'rtsp://***@b/y' -"},
      {"rtsp://10.0.0.7/user=admin_password=x_channel=1_stream=0",
       "rtsp://10.0.0.7/user=admin_password=***"},
      {"exec:curl -sN 'http://cam/videostream.cgi?user=admin&PWD=x&rate=0'",
       "exec:curl -sN 'http://cam/videostream.cgi?user=admin&PWD=***&rate=0'"},
      {"rtsp://10.0.0.7/s?bypass=1&token=", "rtsp://10.0.0.7/s?bypass=1&token=***"},
      {"rtsp://viewer:12#ab@10.0.0.7/s", "rtsp://***@10.0.0.7/s"},
      {"rtsp://viewer:4/2b@10.0.0.7/s", "rtsp://***@10.0.0.7/s"},
      {"rtsp://viewer:9?x@10.0.0.7/s", "rtsp://***@10.0.0.7/s"},
      {"rtsp://viewer:my word's@10.0.0.7/s", "rtsp://***@10.0.0.7/s"},
      {"exec:curl -sN -u viewer:hush http://h/v", "exec:curl -sN -u viewer:*** http://h/v"},
      {"exec:curl -sN -u viewer:${PW} http://h/v", "exec:curl -sN -u viewer:${PW} http://h/v"},
  };
  for (const auto& [spec, shown] : cases) EXPECT_EQ(masked_spec(spec), shown) << spec;
}

}  // namespace
}  // namespace fovea::video
