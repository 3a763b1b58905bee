#include "codec/change_detector.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace fovea::codec {
namespace {

// A textured scene, displaced and noisy, at a thumbnail's size.
class Camera {
 public:
  struct Look {
    double shift_x = 0;  // cells
    double shift_y = 0;
    double noise = 0;  // grey levels
    double brighter = 0;
    int box = -1;  // a box of 3x4 cells with its left side here
    double box_level = 40;
  };

  core::Image shoot(const Look& look) {
    core::Bytes pixels;
    for (int y = 0; y < 45; ++y) {
      for (int x = 0; x < 80; ++x) {
        const bool in_box = look.box >= 0 && x >= look.box && x < look.box + 3 && y >= 20 && y < 24;
        const double level = in_box ? look.box_level : scene(x - look.shift_x, y - look.shift_y);
        const double noisy = level + look.brighter + look.noise * normal_(random_);
        pixels.push_back(static_cast<uint8_t>(std::clamp(std::lround(noisy), 0L, 255L)));
      }
    }
    return {core::PixelFormat::gray8, {80, 45}, std::move(pixels)};
  }
  Look shaken(double noise = 1) {
    Look look;
    look.shift_x = 0.4 * even_(random_);
    look.shift_y = 0.4 * even_(random_);
    look.noise = noise;
    return look;
  }

 private:
  static double scene(double x, double y) {
    const double edge = 60 / (1 + std::exp(-4 * (x - 30)));  // a door frame
    return 90 + 25 * std::sin(x * 0.55) * std::cos(y * 0.4) + edge;
  }
  std::mt19937 random_{7};
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> even_{-1, 1};
};

class ChangeDetectorTest : public ::testing::Test {
 protected:
  void learn(double noise = 1) {
    detector_.set_reference(camera_.shoot(camera_.shaken(noise)));
    while (!detector_.learned()) detector_.judge(camera_.shoot(camera_.shaken(noise)));
  }
  Camera camera_;
  ChangeDetector detector_;
};

TEST_F(ChangeDetectorTest, ShakeAndNoiseAreNoChange) {
  learn();
  int changed = 0;
  for (int i = 0; i < 300; ++i) {
    if (detector_.judge(camera_.shoot(camera_.shaken())).changed) ++changed;
  }
  EXPECT_LE(changed, 3);
}

TEST_F(ChangeDetectorTest, SmallThingsAreSeenInSpiteOfThem) {
  learn();
  for (int x = 5; x < 75; x += 5) {
    auto look = camera_.shaken();
    look.box = x;
    look.box_level = 230;
    EXPECT_TRUE(detector_.judge(camera_.shoot(look)).changed) << "at " << x;
  }
}

TEST_F(ChangeDetectorTest, TellsHowFarThePictureHasMoved) {
  Camera::Look still;
  detector_.set_reference(camera_.shoot(still));
  for (const double shift : {-0.5, -0.2, 0.0, 0.3, 0.6}) {
    Camera::Look moved;
    moved.shift_x = shift;
    moved.shift_y = -shift / 2;
    const auto judgement = detector_.judge(camera_.shoot(moved));
    EXPECT_NEAR(judgement.shift_x * 80, shift, 0.08);
    EXPECT_NEAR(judgement.shift_y * 45, -shift / 2, 0.08);
  }
}

TEST_F(ChangeDetectorTest, AFlickeringLampIsNoiseAndNightfallIsNot) {
  learn();
  auto look = camera_.shaken();
  look.brighter = 4;
  EXPECT_FALSE(detector_.judge(camera_.shoot(look)).changed);
  look.brighter = 20;
  EXPECT_TRUE(detector_.judge(camera_.shoot(look)).changed);
}

TEST_F(ChangeDetectorTest, ANoisierCameraIsLearnedAsSuch) {
  learn(4);
  int changed = 0;
  for (int i = 0; i < 100; ++i) {
    if (detector_.judge(camera_.shoot(camera_.shaken(4))).changed) ++changed;
  }
  EXPECT_LE(changed, 15);
}

// A belt that runs all day must not become noise.
TEST_F(ChangeDetectorTest, WhatMovesAllTheTimeStaysAChange) {
  learn();
  int changed = 0;
  for (int i = 0; i < 600; ++i) {
    auto look = camera_.shaken();
    look.box = 10 + i % 60;
    look.box_level = 200;
    if (detector_.judge(camera_.shoot(look)).changed && i >= 400) ++changed;
  }
  EXPECT_GE(changed, 195) << "of the last 200";
}

TEST_F(ChangeDetectorTest, AnotherSizeStartsAnew) {
  learn();
  const core::Image small{core::PixelFormat::gray8, {8, 8}, core::Bytes(64, 90)};
  EXPECT_TRUE(detector_.judge(small).changed);
  detector_.set_reference(small);
  EXPECT_FALSE(detector_.learned());
  EXPECT_FALSE(detector_.judge(small).changed);
}

TEST(ChangeDetector, LargePicturesAreAveragedDown) {
  EXPECT_EQ(ChangeDetector::thumbnail_cover({640, 360}), (core::Size{80, 45}));
  EXPECT_EQ(ChangeDetector::thumbnail_cover({40, 20}), (core::Size{40, 20}));
  ChangeDetector detector;
  core::Image large{core::PixelFormat::gray8, {480, 270}, core::Bytes(480 * 270, 90)};
  detector.set_reference(large);
  EXPECT_FALSE(detector.judge(large).changed);
  for (const core::Size odd : {core::Size{1, 1}, core::Size{500, 2}, core::Size{3, 700}}) {
    const auto bytes = static_cast<size_t>(odd.width) * static_cast<size_t>(odd.height);
    const core::Image image{core::PixelFormat::gray8, odd, core::Bytes(bytes, 90)};
    detector.set_reference(image);
    EXPECT_FALSE(detector.judge(image).changed);
  }
}

}  // namespace
}  // namespace fovea::codec
