#pragma once

#include <utility>

#include "core/image.h"

namespace fovea::evaluate {

// A class map of one line.
inline core::Image map_of(core::Bytes values) {
  const int width = int(values.size());
  return {core::PixelFormat::gray8, {width, 1}, std::move(values)};
}

}  // namespace fovea::evaluate
