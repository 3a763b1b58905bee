#include "infer/geometry.h"

#include <algorithm>

namespace fovea::infer {

Placement place(Resize resize, core::Size picture, core::Size network) {
  Placement placement{network, 0, 0};
  if (resize == Resize::stretch) return placement;
  const double ratio =
      std::min(double(network.height) / picture.height, double(network.width) / picture.width);
  placement.inner = {std::clamp(int(picture.width * ratio), 1, network.width),
                     std::clamp(int(picture.height * ratio), 1, network.height)};
  if (resize == Resize::letterbox_centre) {
    placement.left = (network.width - placement.inner.width) / 2;
    placement.top = (network.height - placement.inner.height) / 2;
  }
  return placement;
}

core::Area to_frame(const core::Area& area, const Placement& placement, core::Size frame) {
  const double across = double(frame.width) / placement.inner.width;
  const double down = double(frame.height) / placement.inner.height;
  return {(area.x - placement.left) * across, (area.y - placement.top) * down, area.width * across,
          area.height * down};
}

core::Area cut_to(core::Size frame, const core::Area& area) {
  const double left = std::clamp(area.x, 0.0, double(frame.width));
  const double top = std::clamp(area.y, 0.0, double(frame.height));
  const double right = std::clamp(area.x + area.width, left, double(frame.width));
  const double bottom = std::clamp(area.y + area.height, top, double(frame.height));
  return {left, top, right - left, bottom - top};
}

core::Size decode_cover(const Manifest& manifest, core::Size frame) {
  const core::Size network = manifest.input.size;
  return {std::min(network.width, frame.width), std::min(network.height, frame.height)};
}

}  // namespace fovea::infer
