#include "site/mjpeg_overlay.h"

#include <algorithm>

#include "codec/overlay.h"
#include "core/thread.h"

namespace fovea::site {

using core::Buffer;
using core::Code;
using core::Error;
using core::Result;

namespace {

constexpr double mask_opacity = 0.5;
constexpr int jpeg_quality = 80;

int class_index(const core::ClassList& classes, const std::string& label) {
  const auto found = std::find_if(classes.begin(), classes.end(),
                                  [&](const auto& info) { return info.name == label; });
  return found == classes.end() ? 0 : int(found - classes.begin());
}

std::vector<core::Detection> detections_of(const DeviceResult& result) {
  std::vector<core::Detection> detections;
  for (const auto& box : result.result.boxes) {
    detections.push_back({class_index(*result.classes, box.label), box.score, box.area});
  }
  return detections;
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

OverlayWorker::OverlayWorker(const Site& site)
    : site_(site), thread_(core::start_thread("overlay", [this](const std::stop_token& stop) {
        while (auto job = jobs_.pop(stop)) (*job)();
      })) {}

bool OverlayWorker::submit(std::function<void()> job) {
  return jobs_.push(std::move(job)) == core::Push::accepted;
}

void OverlayWorker::stop() {
  jobs_.close();
  jobs_.clear();
  thread_ = {};
}

Result<Buffer> OverlayWorker::overlay_jpeg(const std::string& device) {
  const auto newest = site_.jpeg(device);
  if (!newest) return newest.error();
  const FramePtr& frame = *newest;
  const MaskPtr mask = site_.mask(device);
  const ResultPtr result = site_.result(device);
  Drawn& drawn = drawn_[device];
  if (drawn.frame == frame && drawn.mask == mask) return drawn.jpeg;
  auto jpeg = draw(*frame, mask.get(), result.get());
  if (jpeg) drawn = {frame, mask, *jpeg};
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
    *picture = codec::draw_boxes(*picture, detections_of(*result), *result->classes);
  }
  return encoder_.encode(*picture, jpeg_quality);
}

}  // namespace fovea::site
