#pragma once

#include <optional>
#include <string_view>

#include "core/image.h"

namespace fovea::infer {

// Class names that whole families of public models share, in their output order.
core::ClassList coco_classes();    // 80, with COCO's own category ids 1..90
core::ClassList voc_classes();     // 21: background and Pascal VOC's 20, in VOC's colour map
core::ClassList camvid_classes();  // 11, as SegNet's CamVid

core::ClassList numbered_classes(size_t count);  // "class 0" and so on

// The list that has `count` classes: COCO's, VOC's or CamVid's; else "class 0" and so on.
core::ClassList classes_by_count(size_t count);

// "#1f77b4", in either case; empty: it is none.
std::optional<core::Colour> parse_colour(std::string_view text);

// Well spread colours for lists without a palette of their own: VOC's colour map, entry `index`.
core::Colour palette_colour(size_t index);

}  // namespace fovea::infer
