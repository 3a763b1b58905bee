#pragma once

#include <random>
#include <string>

#include "codec/jpeg.h"
#include "codec/png.h"
#include "testing/temporary_directory.h"

// Pictures that are learned in seconds; for tests.
namespace fovea::train {

// Writes pictures of 96x64 with a bright disc (class 1) on a dark floor (class 0).
inline void write_discs(const testing::TemporaryDirectory& folder, int count) {
  folder.write("classes.yaml", "classes: [{name: floor}, {name: disc, colour: \"#ff0000\"}]");
  std::mt19937 random(1);
  const core::Size size{96, 64};
  for (int i = 0; i < count; ++i) {
    const int x0 = 20 + int(random() % 56);
    const int y0 = 16 + int(random() % 32);
    const int radius = 8 + int(random() % 8);
    core::Bytes pixels;
    core::Bytes classes;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        const bool disc = (x - x0) * (x - x0) + (y - y0) * (y - y0) < radius * radius;
        const int light = (disc ? 190 : 60) + int(random() % 24);
        pixels.insert(pixels.end(), {uint8_t(light), uint8_t(disc ? 60 : light), uint8_t(light)});
        classes.push_back(disc ? 1 : 0);
      }
    }
    const std::string name = "disc" + std::to_string(i);
    const core::Image picture{core::PixelFormat::rgb24, size, std::move(pixels)};
    const core::Image map{core::PixelFormat::gray8, size, std::move(classes)};
    folder.write(name + ".jpg", std::string(codec::JpegEncoder().encode(picture, 95)->text()));
    folder.write(name + ".mask.png", std::string(codec::encode_png(map)->text()));
  }
}

}  // namespace fovea::train
