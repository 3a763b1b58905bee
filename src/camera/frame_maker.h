#pragma once

#include "camera/adaptation.h"
#include "camera/privacy.h"
#include "codec/jpeg.h"
#include "core/image.h"
#include "core/result.h"
#include "video/source.h"

namespace fovea::camera {

// Makes the frame that travels out of a source's picture: raw pictures are encoded as JPEG,
// compressed ones stay as they are unless areas must be blacked out or less is to be sent; then
// they are decoded and encoded again. Owns the codecs' state; threads: one.
class FrameMaker {
 public:
  explicit FrameMaker(PrivacyAreas areas) : privacy_(std::move(areas)) {}

  struct Made {
    core::EncodedFrame frame;
    bool reencoded = false;  // it came compressed and could not stay as it was
  };
  // Errors: bad_input (a picture that cannot be decoded or encoded), unsupported (a codec in which
  // nothing can be blacked out).
  core::Result<Made> make(video::Picture picture, uint64_t sequence, const Sending& sending);

  // What may be said about a picture besides it.
  video::GroundTruth published_truth(const video::GroundTruth& truth, core::Size frame) {
    return privacy_.empty() ? truth : privacy_.apply(truth, frame);
  }

 private:
  core::Result<core::EncodedFrame> encode(const core::Image& image, const Sending& sending);

  PrivacyMask privacy_;
  codec::JpegDecoder decoder_;
  codec::JpegEncoder encoder_;
};

}  // namespace fovea::camera
