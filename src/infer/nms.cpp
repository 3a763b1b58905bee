#include "infer/nms.h"

#include <algorithm>

namespace fovea::infer {

double overlap(const core::Area& one, const core::Area& other) {
  const double left = std::max(one.x, other.x);
  const double top = std::max(one.y, other.y);
  const double right = std::min(one.x + one.width, other.x + other.width);
  const double bottom = std::min(one.y + one.height, other.y + other.height);
  const double common = std::max(0.0, right - left + 1) * std::max(0.0, bottom - top + 1);
  const double both = (one.width + 1) * (one.height + 1) + (other.width + 1) * (other.height + 1);
  return common / (both - common);
}

std::vector<core::Detection> suppress_per_class(std::vector<core::Detection> boxes,
                                                double overlap_max, size_t candidates_max) {
  std::stable_sort(boxes.begin(), boxes.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  if (boxes.size() > candidates_max) boxes.resize(candidates_max);
  std::vector<core::Detection> kept;
  for (const auto& box : boxes) {
    const bool covered = std::any_of(kept.begin(), kept.end(), [&](const auto& better) {
      return better.class_index == box.class_index && overlap(better.area, box.area) > overlap_max;
    });
    if (!covered) kept.push_back(box);
  }
  return kept;
}

}  // namespace fovea::infer
