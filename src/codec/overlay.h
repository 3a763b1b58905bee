#pragma once

#include <vector>

#include "core/image.h"

namespace fovea::codec {

// Nearest-neighbour copy of a class map's part that covers `area` (in pixels of the frame) to a
// map of the frame's size; pixels outside of `area` become no_class.
core::Image scale_class_map(const core::Image& class_map, const core::Area& area, core::Size frame);

// Class map -> rgb24 with the classes' colours; no_class and unknown classes are black.
core::Image colour_class_map(const core::Image& class_map, const core::ClassList& classes);

// Blends the class colours over an rgb24 picture of the same size; class 0 named "background" and
// no_class stay untouched. opacity 0..1.
core::Image blend_class_map(const core::Image& picture, const core::Image& class_map,
                            const core::ClassList& classes, double opacity);

// Draws box outlines with a label ("dog 0.91") in the class colour onto an rgb24 picture.
core::Image draw_boxes(const core::Image& picture, const std::vector<core::Detection>& boxes,
                       const core::ClassList& classes);

}  // namespace fovea::codec
