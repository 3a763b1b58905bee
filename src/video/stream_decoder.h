#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::video {

// Decodes a byte stream of video (H.264 in Annex B format) that comes in pieces of any size.
// Threads: one at a time.
class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;

  // The pictures that `bytes` completed, in order. Damaged parts of the stream are passed over.
  // Errors: bad_input (nothing but damage for long), internal.
  virtual core::Result<std::vector<core::Image>> push(std::span<const uint8_t> bytes) = 0;
};

}  // namespace fovea::video
