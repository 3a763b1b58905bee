#pragma once

#include <vector>

#include "core/image.h"

namespace fovea::infer {

// Intersection over union with both corners counted as pixels (x2 - x1 + 1), as YOLOX's and Faster
// R-CNN's own nms() do.
double overlap(const core::Area& one, const core::Area& other);

// Greedy non-maximum suppression within each class: the best box stays, boxes of its class that
// overlap it by more than `overlap_max` go. The result is sorted by score, best first; at most
// `candidates_max` best boxes are looked at, so that a model gone wrong cannot stall us.
std::vector<core::Detection> suppress_per_class(std::vector<core::Detection> boxes,
                                                double overlap_max, size_t candidates_max);

}  // namespace fovea::infer
