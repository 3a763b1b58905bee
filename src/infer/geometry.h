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

// The size that a scaled-down JPEG decode of the frame should cover: the network's whole input, at
// most the frame. A letterboxed picture fills less of it, but to cover only that part moves boxes:
// YOLOX's on a 810x1080 photo overlapped those of the full decode by 0.905 instead of 0.999.
core::Size decode_cover(const Manifest& manifest, core::Size frame);

}  // namespace fovea::infer
