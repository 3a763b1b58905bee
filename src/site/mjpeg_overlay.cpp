#include "site/mjpeg_overlay.h"

#include <algorithm>
#include <utility>

#include "codec/overlay.h"

namespace fovea::site {

using core::Buffer;
using core::Result;

namespace {

constexpr double mask_opacity = 0.5;
constexpr int jpeg_quality = 80;

constexpr core::Colour unknown_colour{128, 128, 128};

struct Boxes {
  std::vector<core::Detection> detections;
  core::ClassList classes;
};

// A label that the result's classes do not have is drawn under its own name.
Boxes boxes_of(const DeviceResult& result) {
  Boxes boxes{{}, *result.classes};
  for (const auto& box : result.result.boxes) {
    auto& classes = boxes.classes;
    const auto found = std::find_if(classes.begin(), classes.end(),
                                    [&](const auto& info) { return info.name == box.label; });
    const int index = int(found - classes.begin());
    if (found == classes.end()) classes.push_back({box.label, unknown_colour, -1});
    boxes.detections.push_back({index, box.score, box.area});
  }
  return boxes;
}

// Of a repeated result the mask is of an earlier frame, and the picture has moved since.
core::Area area_now(const DeviceMask& mask, const DeviceResult* result) {
  core::Area area = mask.mask.area;
  if (result != nullptr && result->result.repeats) {
    area.x += result->result.repeats->shift_x;
    area.y += result->result.repeats->shift_y;
  }
  return area;
}

}  // namespace

bool OverlayWorker::submit(const std::string& whose, std::function<void()> job) {
  return jobs_.run(whose, [job = std::move(job)](const std::stop_token&) { job(); });
}

Result<Buffer> OverlayWorker::overlay_jpeg(const std::string& device) {
  const auto newest = site_.jpeg(device);
  std::erase_if(drawn_, [&](const auto& entry) { return !site_.frame(entry.first); });
  if (!newest) return newest.error();
  const FramePtr& frame = *newest;
  const MaskPtr mask = site_.mask(device);
  const ResultPtr result = site_.result(device);
  Drawn& drawn = drawn_[device];
  if (drawn.frame == frame && drawn.mask == mask && drawn.result == result) return drawn.jpeg;
  auto jpeg = draw(*frame, mask.get(), result.get());
  if (jpeg) drawn = {frame, mask, result, *jpeg};
  return jpeg;
}

Result<Buffer> OverlayWorker::draw(const core::EncodedFrame& frame, const DeviceMask* mask,
                                   const DeviceResult* result) {
  auto picture = decoder_.decode(frame.data.span());
  if (!picture) return picture.error();
  if (mask != nullptr && mask->mask.frame == picture->size) {
    const auto class_map = class_map_of(*mask);
    if (!class_map) return class_map.error();
    const auto scaled = codec::scale_class_map(*class_map, area_now(*mask, result), picture->size);
    *picture = codec::blend_class_map(*picture, scaled, *mask->classes, mask_opacity);
  }
  if (result != nullptr && result->classes && result->result.frame == picture->size) {
    const Boxes boxes = boxes_of(*result);
    *picture = codec::draw_boxes(*picture, boxes.detections, boxes.classes);
  }
  return encoder_.encode(*picture, jpeg_quality);
}

}  // namespace fovea::site
