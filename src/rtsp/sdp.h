#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::rtsp {

// The video of a stream, as its description announces it.
struct VideoStream {
  std::string codec;  // as SDP calls it: "H264", "H265", "MP4V-ES", "JPEG"
  int payload_type = 0;
  int clock_rate = 90000;
  std::string parameters;  // of fmtp: those that a decoder needs, checked; may be empty
  std::string control;     // as it came; may be empty or relative
};

struct Description {
  std::string control;  // of the whole session; may be empty
  VideoStream video;
  bool has_sound = false;
};

// Reads what a camera answers to DESCRIBE (SDP, RFC 4566): the first video that is read here. Pure.
// Errors: bad_input (no SDP, no video, too much of it), unsupported (only video of other kinds,
// which are named, or encrypted RTP).
core::Result<Description> parse_description(std::string_view sdp);

// An SDP of our own with this one video and no address: nothing in it is the camera's but what was
// checked.
std::string sdp_of(const VideoStream& video);

}  // namespace fovea::rtsp
