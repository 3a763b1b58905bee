#include "train/augment.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fovea::train {
namespace {

// Red is the column, green the row, and the class is the column's tenth.
evaluate::Sample ramp(core::Size size) {
  core::Bytes pixels;
  core::Bytes classes;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      pixels.insert(pixels.end(), {uint8_t(x), uint8_t(y), 100});
      classes.push_back(uint8_t(x / 10));
    }
  }
  return {{core::PixelFormat::rgb24, size, std::move(pixels)},
          {core::PixelFormat::gray8, size, std::move(classes)}};
}

learn::NetworkConfig config_of(core::Size input) {
  learn::NetworkConfig config;
  for (int i = 0; i < 10; ++i) config.classes.push_back({"c" + std::to_string(i), {}, -1});
  config.input = input;
  config.mean = {0, 0, 0};
  config.scale = {1, 1, 1};
  return config;
}

// Nothing but place changes.
Augmentation plain(double scale) { return {scale, scale, false, 0, 0, 0}; }

TEST(Augment, AWholePictureIsItself) {
  const auto sample = ramp({100, 60});
  std::vector<float> pixels(100 * 60 * 3);
  prepare(sample.picture, config_of({100, 60}), pixels);
  for (int y : {0, 31, 59}) {
    for (int x : {0, 47, 99}) {
      const float* pixel = &pixels[size_t(y * 100 + x) * 3];
      EXPECT_FLOAT_EQ(pixel[0], float(x));
      EXPECT_FLOAT_EQ(pixel[1], float(y));
      EXPECT_FLOAT_EQ(pixel[2], 100);
    }
  }
}

TEST(Augment, ASmallerOneIsSampledAtPixelCentres) {
  const auto sample = ramp({100, 60});
  std::vector<float> pixels(50 * 30 * 3);
  prepare(sample.picture, config_of({50, 30}), pixels);
  EXPECT_FLOAT_EQ(pixels[3 * 7], 14.5f) << "half way between 14 and 15";
  EXPECT_FLOAT_EQ(pixels[3 * 50 * 9 + 1], 18.5f);
}

TEST(Augment, LabelsGoWithTheirPixels) {
  const auto sample = ramp({100, 60});
  const core::Size crop{40, 32};
  for (const double scale : {0.8, 1.0, 1.7}) {
    for (const bool flip : {false, true}) {
      std::mt19937 random(3);
      auto how = plain(scale);
      how.flip = flip;
      std::vector<float> pixels(40 * 32 * 3);
      std::vector<uint8_t> labels(40 * 32);
      bool mirrored = false;
      for (int round = 0; round < 8; ++round) {
        cut(sample, config_of({100, 60}), how, crop, random, pixels, labels);
        mirrored = mirrored || pixels[0] > pixels[3 * 30];
        for (size_t i = 0; i < labels.size(); ++i) {
          const auto column = std::lround(pixels[3 * i]);
          ASSERT_LE(std::abs(long(labels[i]) * 10 + 5 - column), 6) << i << " at scale " << scale;
        }
      }
      EXPECT_EQ(mirrored, flip);
    }
  }
}

TEST(Augment, OutsideThePictureIsNoClass) {
  const auto sample = ramp({100, 60});
  std::mt19937 random(1);
  const core::Size crop{80, 48};
  std::vector<float> pixels(80 * 48 * 3);
  std::vector<uint8_t> labels(80 * 48);
  cut(sample, config_of({100, 60}), plain(0.5), crop, random, pixels, labels);
  const auto outside = std::count(labels.begin(), labels.end(), core::no_class);
  EXPECT_EQ(size_t(outside), labels.size() - 50 * 30) << "the picture is 50x30 then";
}

TEST(Augment, ColoursBlurAndNoiseStayInReason) {
  const auto sample = ramp({100, 60});
  std::mt19937 random(1);
  Augmentation how;
  how.blur = how.noise = 1;
  std::vector<float> pixels(40 * 32 * 3);
  std::vector<uint8_t> labels(40 * 32);
  for (int round = 0; round < 20; ++round) {
    cut(sample, config_of({100, 60}), how, {40, 32}, random, pixels, labels);
    for (const float pixel : pixels) {
      ASSERT_GT(pixel, -150);
      ASSERT_LT(pixel, 400);
    }
  }
}

}  // namespace
}  // namespace fovea::train
