#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/buffer.h"

namespace fovea::video {

// Cuts a byte stream of H.264 (ITU-T H.264, Annex B) into access units, one picture each
// (7.4.1.2.3: a unit begins with a delimiter, with parameters or remarks, or with a picture's first
// slice). A unit is known to be whole when the next one begins. What grows beyond
// limits::frame_bytes_max is thrown away, counted. Threads: one at a time.
class H264Splitter {
 public:
  void push(std::span<const uint8_t> bytes);

  // The next whole unit, with its start codes.
  std::optional<core::Buffer> take();

  uint64_t broken_count() const { return broken_count_; }  // thrown away

 private:
  core::Bytes buffer_;
  size_t start_ = 0;  // of the current unit
  size_t at_ = 0;     // what is before is understood
  bool begun_ = false;
  bool has_picture_ = false;
  uint64_t broken_count_ = 0;
};

}  // namespace fovea::video
