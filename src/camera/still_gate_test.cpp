#include "camera/still_gate.h"

#include <gtest/gtest.h>

#include <map>

#include "core/limits.h"

namespace fovea::camera {
namespace {

using namespace std::chrono_literals;

constexpr core::Size still_size{320, 180};

// A room with a box somewhere in it.
core::Image room(int box_x, core::PixelFormat format) {
  core::Bytes pixels;
  for (int y = 0; y < still_size.height; ++y) {
    for (int x = 0; x < still_size.width; ++x) {
      const bool in_box = box_x >= 0 && x >= box_x && x < box_x + 32 && y >= 80 && y < 140;
      const auto level = uint8_t((in_box ? 110 : 0) + 60 + (x / 40 + y / 30) % 3 * 30);
      pixels.insert(pixels.end(), format == core::PixelFormat::rgb24 ? 3 : 1, level);
    }
  }
  return {format, still_size, std::move(pixels)};
}

video::Picture as_jpeg(const core::Image& image) {
  core::EncodedPicture frame;
  frame.size = image.size;
  frame.data = *codec::JpegEncoder().encode(image, 85);
  return {{}, std::move(frame), nullptr};
}

class StillGateTest : public ::testing::TestWithParam<bool> {
 protected:
  const video::Picture& picture(int box_x = -1) {
    auto made = pictures_.find(box_x);
    if (made == pictures_.end()) made = pictures_.emplace(box_x, draw(box_x)).first;
    return made->second;
  }
  static video::Picture draw(int box_x) {
    if (GetParam()) return as_jpeg(room(box_x, core::PixelFormat::gray8));
    return {{}, room(box_x, core::PixelFormat::rgb24), nullptr};
  }
  bool send(const video::Picture& picture) {
    now_ += 66ms;
    const bool passes = gate_.passes(picture, now_);
    if (passes) gate_.on_published(now_);
    return passes;
  }
  void learn() {
    for (int i = 0; i < codec::ChangeDetector::learning_pictures; ++i) {
      EXPECT_TRUE(send(picture())) << "learning, picture " << i;
    }
  }

  std::map<int, video::Picture> pictures_;  // by where the box is
  core::SteadyTime now_{1h};
  StillGate gate_;
};

TEST_P(StillGateTest, OfAStillSceneOnePictureInTwoSecondsPasses) {
  learn();
  int passed = 0;
  auto last = now_;
  for (int i = 0; i < 300; ++i) {  // 20 s
    if (!send(picture())) continue;
    ++passed;
    EXPECT_LE(now_ - last, StillGate::silence_max);
    last = now_;
  }
  EXPECT_GE(passed, 9);
  EXPECT_LE(passed, 14);
}

TEST_P(StillGateTest, WhoComesInPassesAtOnceAndSoDoesTheEmptyRoomAfterwards) {
  learn();
  EXPECT_FALSE(send(picture()));
  EXPECT_TRUE(send(picture(100)));
  EXPECT_FALSE(send(picture(100)));
  EXPECT_TRUE(send(picture(140)));
  EXPECT_TRUE(send(picture()));
}

TEST_P(StillGateTest, APictureThatDidNotGoOutIsNoReference) {
  learn();
  now_ += 66ms;
  EXPECT_TRUE(gate_.passes(picture(100), now_));  // no credit: it is not published
  EXPECT_TRUE(send(picture(100)));
}

INSTANTIATE_TEST_SUITE_P(RawAndJpeg, StillGateTest, ::testing::Bool());

TEST(StillGate, WhatCannotBeLookedAtPasses) {
  StillGate gate;
  core::EncodedPicture frame;
  frame.codec = core::Codec::h264;
  EXPECT_TRUE(gate.passes({{}, frame, nullptr}, {}));
  frame.codec = core::Codec::jpeg;
  frame.data = core::Buffer(std::string("broken"));
  EXPECT_TRUE(gate.passes({{}, frame, nullptr}, {}));
}

}  // namespace
}  // namespace fovea::camera
