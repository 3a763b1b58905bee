#pragma once

#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::video {

// One plane of a picture with `channels` interleaved bytes per pixel, rows without padding.
struct Plane {
  const uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 1;

  size_t bytes() const { return size_t(width) * height * channels; }
};

// A picture as planes of whole pixels: what rotating and scaling work on. yuyv422 and nv12 are
// rearranged as i420; `image` keeps the bytes alive.
struct PlanarImage {
  core::Image image;
  std::vector<Plane> planes;
};

// Errors: bad_input (zero size, or bytes that do not fit size and format).
core::Result<PlanarImage> split_planes(const core::Image& image);

}  // namespace fovea::video
