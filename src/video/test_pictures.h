#pragma once

#include <gtest/gtest.h>

#include <random>

#include "codec/jpeg.h"
#include "core/image.h"

namespace fovea::video {

// Pictures for tests: noise over a slope, different for every seed, in any format.
inline core::Image test_image(core::PixelFormat format, core::Size size, unsigned seed = 1) {
  std::minstd_rand random(seed);
  core::Bytes pixels(core::image_bytes(format, size));
  for (size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<uint8_t>(i * 255 / pixels.size() / 2 + random() % 100);
  }
  return {format, size, std::move(pixels)};
}

inline core::Buffer test_jpeg(core::Size size, unsigned seed = 1) {
  auto jpeg = codec::JpegEncoder().encode(test_image(core::PixelFormat::rgb24, size, seed), 80);
  EXPECT_TRUE(jpeg);
  return *jpeg;
}

}  // namespace fovea::video
