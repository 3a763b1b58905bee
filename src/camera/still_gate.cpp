#include "camera/still_gate.h"

#include <algorithm>

namespace fovea::camera {

namespace {

// ITU-R BT.601.
core::Image grey_of(const core::Image& image) {
  const size_t count = size_t(image.size.width) * size_t(image.size.height);
  const uint8_t* from = image.pixels.data();
  core::Bytes grey(count);
  if (image.format == core::PixelFormat::rgb24 || image.format == core::PixelFormat::bgr24) {
    const bool rgb = image.format == core::PixelFormat::rgb24;
    for (size_t i = 0; i < count; ++i, from += 3) {
      grey[i] = uint8_t((77 * from[rgb ? 0 : 2] + 150 * from[1] + 29 * from[rgb ? 2 : 0]) >> 8);
    }
  } else {
    std::copy_n(from, count, grey.begin());  // the plane of brightness comes first
  }
  return {core::PixelFormat::gray8, image.size, std::move(grey)};
}

}  // namespace

std::optional<core::Image> StillGate::thumbnail_of(const video::Picture& picture) {
  if (const auto* frame = std::get_if<core::EncodedPicture>(&picture.content)) {
    if (frame->codec != core::Codec::jpeg) return std::nullopt;
    auto small = decoder_.decode_covering(frame->data.span(),
                                          codec::ChangeDetector::thumbnail_cover(frame->size),
                                          core::PixelFormat::gray8);
    return small ? std::optional(*std::move(small)) : std::nullopt;
  }
  const auto& image = std::get<core::Image>(picture.content);
  const auto small = video::scale_image(image, codec::ChangeDetector::thumbnail_cover(image.size),
                                        video::Scaling::smooth);
  return small ? std::optional(grey_of(*small)) : std::nullopt;
}

bool StillGate::passes(const video::Picture& picture, core::SteadyTime now) {
  rhythm_.note(now);
  thumbnail_ = thumbnail_of(picture);
  if (!thumbnail_ || !detector_.has_reference()) return true;
  const bool changed = detector_.judge(*thumbnail_).changed;
  const bool due = rhythm_.is_due(now, published_);
  return changed || due || !detector_.learned();
}

void StillGate::on_published(core::SteadyTime now) {
  published_ = now;
  if (thumbnail_) detector_.offer_reference(*thumbnail_, now);
}

}  // namespace fovea::camera
