#include "codec/overlay.h"

#include <gtest/gtest.h>

namespace fovea::codec {
namespace {

using core::Bytes;
using core::Colour;
using core::Image;
using core::no_class;
using core::PixelFormat;
using core::Size;

const core::ClassList classes{{"background", {9, 9, 9}}, {"part", {200, 100, 0}}};

Image grey(Size size, Bytes pixels) { return {PixelFormat::gray8, size, std::move(pixels)}; }

Image black(Size size) {
  return {PixelFormat::rgb24, size, Bytes(core::image_bytes(PixelFormat::rgb24, size))};
}

Colour pixel(const Image& image, int x, int y) {
  const uint8_t* at = image.pixels.data() + (size_t(y) * size_t(image.size.width) + size_t(x)) * 3;
  return {at[0], at[1], at[2]};
}

Bytes pixels_of(const Image& image) {
  return {image.pixels.data(), image.pixels.data() + image.pixels.size()};
}

TEST(Overlay, ScalesToTheFrameNearest) {
  const Image scaled = scale_class_map(grey({2, 1}, {3, 4}), {0, 0, 4, 2}, {4, 2});
  EXPECT_EQ(pixels_of(scaled), (Bytes{3, 3, 4, 4, 3, 3, 4, 4}));
}

TEST(Overlay, LeavesTheUncoveredPartWithoutClass) {
  const Image scaled = scale_class_map(grey({1, 1}, {7}), {1, 0, 2, 1}, {4, 1});
  EXPECT_EQ(pixels_of(scaled), (Bytes{no_class, 7, 7, no_class}));
}

TEST(Overlay, ColoursByPalette) {
  const Image coloured = colour_class_map(grey({3, 1}, {0, 1, no_class}), classes);
  EXPECT_EQ(pixel(coloured, 0, 0), (Colour{9, 9, 9}));
  EXPECT_EQ(pixel(coloured, 1, 0), (Colour{200, 100, 0}));
  EXPECT_EQ(pixel(coloured, 2, 0), (Colour{0, 0, 0}));
}

TEST(Overlay, BlendsButLeavesBackground) {
  const Image map = grey({3, 1}, {0, 1, no_class});
  const Image blended = blend_class_map(black({3, 1}), map, classes, 0.5);
  EXPECT_EQ(pixel(blended, 0, 0), (Colour{0, 0, 0}));
  EXPECT_EQ(pixel(blended, 1, 0), (Colour{100, 50, 0}));
  EXPECT_EQ(pixel(blended, 2, 0), (Colour{0, 0, 0}));
}

TEST(Overlay, DrawsBoxesWithinThePicture) {
  const std::vector<core::Detection> boxes{{1, 0.9, {10, 30, 20, 20}},
                                           {1, 0.5, {-50, -50, 9e9, 9e9}}};
  const Image drawn = draw_boxes(black({64, 64}), boxes, classes);
  EXPECT_EQ(pixel(drawn, 10, 40), (Colour{200, 100, 0}));
  EXPECT_EQ(pixel(drawn, 20, 40), (Colour{0, 0, 0}));
}

}  // namespace
}  // namespace fovea::codec
