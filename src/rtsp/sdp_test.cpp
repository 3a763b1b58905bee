#include "rtsp/sdp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::rtsp {
namespace {

using core::Code;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string head = "v=0\r\no=- 1 1 IN IP4 10.0.0.7\r\ns=x\r\nt=0 0\r\n";

std::string video(const std::string& format) {
  return head + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 " + format + "\r\n";
}

TEST(RtspDescription, AsACameraWritesIt) {
  const auto found = parse_description(
      head +
      "a=control:rtsp://10.0.0.7/live/\r\n"
      "m=audio 0 RTP/AVP 8\r\na=control:audio\r\n"
      "m=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0\r\nb=AS:5000\r\n"
      "a=rtpmap:96 H264/90000\r\n"
      "a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=Z00A,aO4=\r\n"
      "a=control:trackID=1\r\na=framerate:25\r\n"
      "m=application 0 RTP/AVP 107\r\na=control:meta\r\n");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->control, "rtsp://10.0.0.7/live/");
  EXPECT_EQ(found->video.codec, "H264");
  EXPECT_EQ(found->video.payload_type, 96);
  EXPECT_EQ(found->video.control, "trackID=1");
  EXPECT_TRUE(found->has_sound);
  EXPECT_EQ(sdp_of(found->video),
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
            "a=rtpmap:96 H264/90000\r\n"
            "a=fmtp:96 profile-level-id=420029; packetization-mode=1; "
            "sprop-parameter-sets=Z00A,aO4=\r\n");
}

TEST(RtspDescription, OtherKindsThatAreRead) {
  EXPECT_EQ(parse_description(video("h265/90000"))->video.codec, "H265");
  EXPECT_EQ(parse_description(video("MP4V-ES/90000"))->video.codec, "MP4V-ES");
  const auto jpeg = parse_description(head + "m=video 0 RTP/AVP 26\r\n");
  EXPECT_EQ(jpeg->video.codec, "JPEG");
  EXPECT_THAT(sdp_of(jpeg->video), HasSubstr("m=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000"));
  // The first one that is read here.
  const auto second = parse_description(video("VP8/90000") +
                                        "m=video 0 RTP/AVP 97 98\r\na=rtpmap:97 X-QT/90000\r\n"
                                        "a=rtpmap:98 H264/90000\r\n");
  EXPECT_EQ(second->video.payload_type, 98);
}

TEST(RtspDescription, OtherCodecsAreRefusedByName) {
  for (const std::string name :
       {"X-QT", "theora", "VP8", "VP9", "SVQ3", "X-SV3V-ES", "MP2T", "H261"}) {
    const auto found = parse_description(video(name + "/90000"));
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().code, Code::unsupported);
    std::string upper = name;
    for (char& c : upper) c = char(std::toupper(c));
    EXPECT_THAT(found.error().message, HasSubstr(upper));
  }
  EXPECT_THAT(parse_description(head + "m=video 0 RTP/SAVP 96\r\na=rtpmap:96 H264/90000\r\n")
                  .error()
                  .message,
              HasSubstr("SRTP"));
}

TEST(RtspDescription, OnlyCheckedParametersArePassedOn) {
  const auto found = parse_description(
      video("H264/90000") +
      "a=fmtp:96 sprop-parameter-sets=../../etc; packetization-mode=1 x;config=ff; "
      "profile-level-id=42;x=y\r\n");
  EXPECT_EQ(found->video.parameters, "profile-level-id=42");
  const auto large = parse_description(
      video("H264/90000") + "a=fmtp:96 sprop-parameter-sets=" + std::string(20000, 'A') + "\r\n");
  EXPECT_EQ(large->video.parameters, "");
  const auto rate = parse_description(video("H264/0"));
  EXPECT_EQ(rate->video.clock_rate, 90000);
}

TEST(RtspDescription, WhatIsNoVideoOrTooMuchIsRefused) {
  EXPECT_EQ(parse_description("").error().code, Code::bad_input);
  EXPECT_EQ(parse_description(head + "m=audio 0 RTP/AVP 8\r\n").error().code, Code::bad_input);
  std::string many = head;
  for (int i = 0; i < 10000; ++i) many += "m=video 0 RTP/AVP 96\r\n";
  const auto refused = parse_description(many);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_input);
  EXPECT_THAT(refused.error().message, HasSubstr("more than 32"));
}

}  // namespace
}  // namespace fovea::rtsp
