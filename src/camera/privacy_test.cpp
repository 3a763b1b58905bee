#include "camera/privacy.h"

#include <gtest/gtest.h>

#include "camera/frame_maker.h"
#include "codec/jpeg.h"
#include "core/limits.h"
#include "testing/test_context.h"
#include "video/transform.h"

namespace fovea::camera {
namespace {

using core::PixelFormat;

constexpr core::Size picture_size{64, 48};

// The right upper quarter, and a triangle at the left lower corner.
PrivacyAreas areas() { return *parse_privacy({"0.5,0 1,0 1,0.5 0.5,0.5", "0,0.5 0.3,1 0,1"}); }

core::Image white(PixelFormat format) {
  core::Bytes pixels(core::image_bytes(format, picture_size), 255);
  const size_t luma = size_t{picture_size.width} * size_t{picture_size.height};
  if (format == PixelFormat::i420 || format == PixelFormat::nv12) {
    std::fill(pixels.begin() + std::ptrdiff_t(luma), pixels.end(), uint8_t{200});
  }
  return {format, picture_size, std::move(pixels)};
}

// Brightness of a decoded JPEG's pixel.
int level(const core::Image& grey, int x, int y) {
  return grey.pixels.data()[y * grey.size.width + x];
}

class PrivacyFormats : public ::testing::TestWithParam<PixelFormat> {};

TEST_P(PrivacyFormats, WhatIsPublishedIsBlackInside) {
  fovea::testing::TestContext context;
  FrameMaker maker({.codec = FrameCodec::jpeg, .fps = 15, .privacy = areas()}, context.context());
  const auto made = maker.make({{}, white(GetParam()), nullptr}, 1, Sending());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_FALSE(made->reencoded);
  const auto grey = codec::JpegDecoder().decode(made->frame->data.span(), PixelFormat::gray8);
  ASSERT_TRUE(grey);
  // JPEG's blocks of 8 do not end at the area's edge: inside of them all is black.
  for (int y = 0; y < 24; ++y) {
    for (int x = 32; x < 64; ++x) EXPECT_LE(level(*grey, x, y), 24) << x << "," << y;
  }
  EXPECT_LE(level(*grey, 2, 44), 24) << "the triangle";
  EXPECT_GE(level(*grey, 10, 10), 200) << "outside";
  EXPECT_GE(level(*grey, 50, 40), 200);
}

INSTANTIATE_TEST_SUITE_P(All, PrivacyFormats,
                         ::testing::Values(PixelFormat::gray8, PixelFormat::rgb24,
                                           PixelFormat::bgr24, PixelFormat::yuyv422,
                                           PixelFormat::i420, PixelFormat::nv12));

TEST(PrivacyMaskTest, ColourIsGoneToo) {
  for (const auto format : {PixelFormat::i420, PixelFormat::nv12}) {
    PrivacyMask mask(*parse_privacy({"0,0 1,0 1,1 0,1"}));
    const auto black = mask.apply(white(format));
    ASSERT_TRUE(black);
    const size_t luma = size_t{picture_size.width} * size_t{picture_size.height};
    for (size_t i = 0; i < black->pixels.size(); ++i) {
      ASSERT_EQ(black->pixels.data()[i], i < luma ? 0 : 128) << i;
    }
  }
}

TEST(PrivacyMaskTest, EachPixelThatAnAreaTouchesIsBlack) {
  const auto slim = *core::parse_polygon("0.1,0.1 0.9,0.52 0.9,0.521 0.1,0.101");  // a hair
  PrivacyMask mask({slim});
  const auto image = *mask.apply(white(PixelFormat::gray8));
  for (double t = 0; t <= 1; t += 0.001) {
    const int x = int((0.1 + 0.8 * t) * picture_size.width),
              y = int((0.1 + 0.42 * t) * picture_size.height);
    EXPECT_EQ(level(image, x, y), 0) << x << "," << y;
  }
  EXPECT_EQ(level(image, 60, 4), 255);
}

TEST(PrivacyMaskTest, OddSizesAreCoveredToTheEdge) {
  for (const core::Size odd : {core::Size{1, 1}, core::Size{33, 17}, core::Size{2, 3}}) {
    for (const auto format : {PixelFormat::rgb24, PixelFormat::i420, PixelFormat::nv12}) {
      PrivacyMask mask(*parse_privacy({"0,0 1,0 1,1 0,1"}));
      const core::Bytes pixels(core::image_bytes(format, odd), 255);
      const auto black = mask.apply({format, odd, core::Bytes(pixels)});
      ASSERT_TRUE(black);
      for (const uint8_t byte : black->pixels.span()) EXPECT_NE(byte, 255);
    }
  }
}

TEST(PrivacyMaskTest, CompressedPicturesAreMaskedAndCounted) {
  fovea::testing::TestContext context;
  FrameMaker maker({.codec = FrameCodec::jpeg, .fps = 15, .privacy = areas()}, context.context());
  core::EncodedPicture frame;
  frame.size = picture_size;
  frame.data = *codec::JpegEncoder().encode(white(PixelFormat::rgb24), 90);
  const auto made = maker.make({{}, frame, nullptr}, 7, Sending());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->reencoded);
  EXPECT_EQ(made->frame->sequence, 7u);
  EXPECT_EQ(made->frame->size, picture_size);
  const auto grey = codec::JpegDecoder().decode(made->frame->data.span(), PixelFormat::gray8);
  ASSERT_TRUE(grey);
  EXPECT_LE(level(*grey, 48, 12), 24);
  EXPECT_GE(level(*grey, 8, 8), 200);

  frame.data = core::Buffer(std::string("broken"));
  EXPECT_FALSE(maker.make({{}, frame, nullptr}, 8, Sending())) << "what cannot be masked stays";
  frame.codec = core::Codec::h264;
  EXPECT_EQ(maker.make({{}, frame, nullptr}, 9, Sending()).error().code, core::Code::unsupported);
}

TEST(PrivacyMaskTest, TheSceneDoesNotTellEither) {
  video::GroundTruth truth;
  truth.class_map = white(PixelFormat::gray8);
  truth.class_map.pixels = core::Buffer(core::Bytes(size_t{64} * 48, 1));
  truth.boxes = {{9, 1, {40, 4, 10, 10}}, {9, 1, {4, 4, 10, 10}}};
  const auto known = PrivacyMask(areas()).apply(truth, picture_size);
  EXPECT_EQ(level(known.class_map, 48, 12), core::no_class);
  EXPECT_EQ(level(known.class_map, 8, 8), 1);
  ASSERT_EQ(known.boxes.size(), 1u);
  EXPECT_EQ(known.boxes[0].area.x, 4);
}

TEST(PrivacyMaskTest, TooManyAreasAreRefused) {
  const std::vector<std::string> many(core::limits::privacy_areas_max + 1, "0,0 1,0 1,1");
  EXPECT_FALSE(parse_privacy(many));
  EXPECT_FALSE(parse_privacy({"0,0 1,0"}));
}

}  // namespace
}  // namespace fovea::camera
