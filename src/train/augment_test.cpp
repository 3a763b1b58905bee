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

// Pieces of the middle of a picture, `how` aside unchanged, next to each other.
std::vector<std::vector<float>> pieces_of(const evaluate::Sample& sample, const Augmentation& how) {
  std::vector<std::vector<float>> made;
  std::mt19937 random(5);
  std::vector<uint8_t> labels(100 * 60);
  for (int i = 0; i < 20; ++i) {
    auto& pixels = made.emplace_back(100 * 60 * 3);
    cut(sample, config_of({100, 60}), how, {100, 60}, random, pixels, labels);
    EXPECT_EQ(labels[4711], sample.class_map.pixels.data()[4711]) << "labels stay";
  }
  return made;
}

// How far the pixels of two pieces are from each other, the farthest.
float farthest(const std::vector<float>& a, const std::vector<float>& b) {
  float most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

TEST(Augment, ColoursChangeAsMuchAsIsAsked) {
  const auto sample = ramp({100, 60});
  const auto unchanged = pieces_of(sample, plain(1)).front();
  const auto change_by = [&](double colour) {
    auto how = plain(1);
    how.colour = colour;
    double sum = 0;
    for (const auto& piece : pieces_of(sample, how)) sum += double(farthest(piece, unchanged));
    return sum / 20;
  };
  EXPECT_EQ(change_by(0), 0);
  EXPECT_GT(change_by(1), 5);
  EXPECT_GT(change_by(2), 1.3 * change_by(1));
}

TEST(Augment, NoiseIsInItsShareOfPieces) {
  const auto sample = ramp({100, 60});
  const auto unchanged = pieces_of(sample, plain(1)).front();
  auto how = plain(1);
  how.noise = 0.5;
  const auto made = pieces_of(sample, how);
  const auto noisy = std::count_if(
      made.begin(), made.end(), [&](const auto& piece) { return farthest(piece, unchanged) > 0; });
  EXPECT_GT(noisy, 3);
  EXPECT_LT(noisy, 17);
}

TEST(Augment, BlurTakesTheEdgesAway) {
  auto sample = ramp({100, 60});
  core::Bytes stripes;
  for (int i = 0; i < 100 * 60; ++i) stripes.insert(stripes.end(), 3, i % 2 == 0 ? 0 : 200);
  sample.picture.pixels = std::move(stripes);
  auto how = plain(1);
  how.blur = 1;
  for (const auto& piece : pieces_of(sample, how)) {
    const size_t middle = (30 * 100 + 50) * 3;
    EXPECT_LT(std::abs(piece[middle] - piece[middle + 3]), 20);
  }
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
