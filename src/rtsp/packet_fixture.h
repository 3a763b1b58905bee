#pragma once

#include <string>

namespace fovea::rtsp {

// An interleaved packet (RFC 2326, 10.12).
inline std::string packet(int channel, const std::string& payload) {
  return std::string("$") + char(channel) + char(payload.size() >> 8) + char(payload.size() & 255) +
         payload;
}
inline const std::string rtp = std::string("\x80\x60", 2) + "0123456789";

}  // namespace fovea::rtsp
