#pragma once

#include "core/image.h"

namespace fovea::codec {

// Decoders make pictures smaller by 1, 2, 4 or 8: the largest divisor with which a picture of
// `whole` still covers `cover` in both directions. The scales between have no SIMD code in
// libjpeg-turbo: 6/8 of a 1280x720 picture took twice the time of the whole (codec_bench).
inline int covering_divisor(core::Size whole, core::Size cover) {
  const auto covers = [&](int divisor) {
    return (whole.width + divisor - 1) / divisor >= cover.width &&
           (whole.height + divisor - 1) / divisor >= cover.height;
  };
  for (const int divisor : {8, 4, 2}) {
    if (covers(divisor)) return divisor;
  }
  return 1;
}

}  // namespace fovea::codec
