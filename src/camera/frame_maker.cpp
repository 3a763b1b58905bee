#include "camera/frame_maker.h"

#include <utility>

namespace fovea::camera {

core::Result<core::EncodedFrame> FrameMaker::make(video::Picture picture, uint64_t sequence) {
  core::EncodedFrame frame;
  if (auto* encoded = std::get_if<core::EncodedFrame>(&picture.content)) {
    frame = std::move(*encoded);
  } else {
    const auto& image = std::get<core::Image>(picture.content);
    auto jpeg = encoder_.encode(image, quality_);
    if (!jpeg) return jpeg.error().context("encoding a picture");
    frame.codec = core::Codec::jpeg;
    frame.size = image.size;
    frame.data = std::move(*jpeg);
  }
  frame.sequence = sequence;
  frame.captured = picture.captured;
  return frame;
}

}  // namespace fovea::camera
