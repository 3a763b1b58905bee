#pragma once

#include "core/clock.h"
#include "core/image.h"

namespace fovea::video {

// A time that a program can read from a picture even after lossy compression and scaling: a row of
// cells along the top edge, each a 48th of the width wide and twice as high, white for 1 and black
// for 0: 1, 0, then 42 bits of the Unix time in milliseconds, the highest first, then four bits
// that make the exclusive or of all groups of four bits, counted from the end, zero.
inline constexpr int picture_clock_cells = 48;

// A copy of `image` (rgb24) with it.
core::Image paint_clock(const core::Image& image, core::Timestamp time);

}  // namespace fovea::video
