#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/buffer.h"

namespace fovea::video {

// Cuts a stream of JPEG pictures (a command's output, a multipart HTTP body) into pictures, by the
// markers of ISO/IEC 10918-1 annex B: pictures inside of segments (thumbnails) do not confuse it,
// and bytes between pictures (boundaries, padding) are passed over. A picture that breaks off or
// grows beyond limits::frame_bytes_max is thrown away, counted, and the search goes on behind it.
// Threads: one at a time.
class MjpegSplitter {
 public:
  void push(std::span<const uint8_t> bytes);

  // The next whole picture, from its start-of-image to its end-of-image marker.
  std::optional<core::Buffer> take();

  uint64_t broken_count() const { return broken_count_; }    // pictures thrown away
  uint64_t skipped_bytes() const { return skipped_bytes_; }  // outside of pictures, or in broken
  bool inside_picture() const { return place_ != Place::outside; }

 private:
  enum class Place {
    outside,  // looking for a start-of-image marker
    marker,   // inside a picture, where a marker must stand
    segment,  // inside a segment: a length of bytes to pass
    entropy,  // inside compressed data, up to the next marker
  };

  bool step();  // false: more bytes are needed, or a picture is complete
  bool find_start();
  bool read_marker();
  bool pass_entropy();
  void give_up();

  core::Bytes buffer_;
  size_t start_ = 0;    // of the current picture, or of what is not looked at yet
  size_t at_ = 0;       // what is before is understood
  size_t segment_ = 0;  // end of the current segment
  Place place_ = Place::outside;
  bool complete_ = false;  // buffer_[start_, at_) is a whole picture
  uint64_t broken_count_ = 0;
  uint64_t skipped_bytes_ = 0;
};

}  // namespace fovea::video
