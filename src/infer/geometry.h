#pragma once

#include "core/image.h"
#include "infer/manifest.h"

namespace fovea::infer {

// Where a picture lies in the network's input after its resize.
struct Placement {
  core::Size inner;  // the picture's size there
  int left = 0;
  int top = 0;
  bool operator==(const Placement&) const = default;
};

// Stretch fills the input. Letterbox: ratio = min(W / w, H / h), the size rounded down as YOLOX's
// own preproc() does; the rest is padding, left and above it rounded down.
Placement place(Resize resize, core::Size picture, core::Size network);

// A rectangle in pixels of the network's input -> the frame's pixels; may reach beyond the frame.
core::Area to_frame(const core::Area& area, const Placement& placement, core::Size frame);

// The part of `area` that lies in the frame; width or height is 0 if there is none.
core::Area cut_to(core::Size frame, const core::Area& area);

// The size that a decoded picture of the frame should cover, so that the graph's resize never
// enlarges what a larger decode had: the placement of the whole frame, at most its own size.
core::Size decode_cover(const Manifest& manifest, core::Size frame);

}  // namespace fovea::infer
