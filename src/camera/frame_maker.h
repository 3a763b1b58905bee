#pragma once

#include "codec/jpeg.h"
#include "core/image.h"
#include "core/result.h"
#include "video/source.h"

namespace fovea::camera {

// Makes the frame that travels out of a source's picture: raw pictures are encoded as JPEG,
// compressed ones stay as they are. Owns the encoder's state; threads: one.
class FrameMaker {
 public:
  explicit FrameMaker(int quality) : quality_(quality) {}

  // Errors: bad_input (a picture that cannot be encoded).
  core::Result<core::EncodedFrame> make(video::Picture picture, uint64_t sequence);

 private:
  const int quality_;
  codec::JpegEncoder encoder_;
};

}  // namespace fovea::camera
