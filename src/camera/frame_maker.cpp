#include "camera/frame_maker.h"

#include <cmath>
#include <utility>

namespace fovea::camera {

core::Result<FrameMaker::Made> FrameMaker::make(video::Picture picture, uint64_t sequence,
                                                const Sending& sending) {
  Made made;
  auto* encoded = std::get_if<core::EncodedFrame>(&picture.content);
  if (encoded && privacy_.empty() && !sending.adapted) {
    made.frame = std::move(*encoded);
  } else {
    if (encoded) {
      if (encoded->codec != core::Codec::jpeg) {
        return core::Error{core::Code::unsupported,
                           "only JPEG can be decoded here to black privacy areas out"};
      }
      auto image = decoder_.decode(encoded->data.span());
      if (!image) return image.error().context("decoding a picture of the source");
      picture.content = *std::move(image);
      made.reencoded = true;
    }
    auto frame = encode(std::get<core::Image>(picture.content), sending);
    if (!frame) return frame.error();
    made.frame = *std::move(frame);
  }
  made.frame.sequence = sequence;
  made.frame.captured = picture.captured;
  return made;
}

core::Result<core::EncodedFrame> FrameMaker::encode(const core::Image& image,
                                                    const Sending& sending) {
  auto masked = privacy_.apply(image);
  if (!masked) return masked.error().context("blacking privacy areas out");
  if (sending.scale < 1) {
    const auto side = [&](int pixels) {
      return std::max(2, static_cast<int>(std::lround(pixels * sending.scale / 2)) * 2);
    };
    const core::Size size{side(image.size.width), side(image.size.height)};
    auto scaled = video::scale_image(*masked, size, video::Scaling::smooth);
    if (!scaled) return scaled.error().context("scaling a picture");
    masked = std::move(scaled);
  }
  auto jpeg = encoder_.encode(*masked, sending.quality);
  if (!jpeg) return jpeg.error().context("encoding a picture");
  core::EncodedFrame frame;
  frame.codec = core::Codec::jpeg;
  frame.size = masked->size;
  frame.data = std::move(*jpeg);
  return frame;
}

}  // namespace fovea::camera
