#include "codec/png.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <random>

namespace fovea::codec {
namespace {

using core::Bytes;
using core::Image;
using core::PixelFormat;
using core::Size;

Image class_map(Size size) {
  Bytes pixels(core::image_bytes(PixelFormat::gray8, size));
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = uint8_t(i / 7 % 256);
  return {PixelFormat::gray8, size, std::move(pixels)};
}

void expect_same(const Image& a, const Image& b) {
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.format, b.format);
  EXPECT_TRUE(std::equal(a.pixels.data(), a.pixels.data() + a.pixels.size(), b.pixels.data(),
                         b.pixels.data() + b.pixels.size()));
}

TEST(Png, ClassMapsComeBackExactly) {
  for (Size size : {Size{1, 1}, Size{3, 5}, Size{513, 513}}) {
    const Image map = class_map(size);
    auto png = encode_png(map);
    ASSERT_TRUE(png);
    auto back = decode_png(png->span());
    ASSERT_TRUE(back) << back.error().message;
    expect_same(map, *back);
  }
}

TEST(Png, ColourComesBackExactly) {
  const Image grey = class_map({30, 4});
  const Image colour{PixelFormat::rgb24, {10, 4}, grey.pixels};
  auto back = decode_png(encode_png(colour)->span());
  ASSERT_TRUE(back);
  expect_same(colour, *back);
}

// Nothing in noise compresses: the largest that a PNG can get.
TEST(Png, GreyAsAPictureIsRgb) {
  const Image grey{PixelFormat::gray8, {2, 1}, Bytes{7, 9}};
  const auto picture = decode_png_rgb(encode_png(grey)->span());
  ASSERT_TRUE(picture) << picture.error().message;
  expect_same(*picture, {PixelFormat::rgb24, {2, 1}, Bytes{7, 7, 7, 9, 9, 9}});
}

TEST(Png, NoiseComesBackExactly) {
  const Size size{700, 500};
  Bytes pixels(core::image_bytes(PixelFormat::rgb24, size));
  std::mt19937 random(1);
  for (auto& pixel : pixels) pixel = uint8_t(random());
  const Image noise{PixelFormat::rgb24, size, std::move(pixels)};
  auto png = encode_png(noise);
  ASSERT_TRUE(png);
  EXPECT_GT(png->size(), noise.pixels.size());
  auto back = decode_png(png->span());
  ASSERT_TRUE(back) << back.error().message;
  expect_same(noise, *back);
}

// A 2x2 palette picture of 2 bits per pixel, made by hand after RFC 2083.
TEST(Png, PaletteStaysIndices) {
  const Bytes png{0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d,
                  0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02,
                  0x02, 0x03, 0x00, 0x00, 0x00, 0x0f, 0xd8, 0xe5, 0xb7, 0x00, 0x00, 0x00,
                  0x0c, 0x50, 0x4c, 0x54, 0x45, 0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00,
                  0xff, 0x00, 0x00, 0x00, 0xff, 0x9b, 0xc0, 0x13, 0xdc, 0x00, 0x00, 0x00,
                  0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x10, 0x60, 0xd8, 0x00,
                  0x00, 0x00, 0xe4, 0x00, 0xc1, 0x27, 0xa8, 0xe8, 0x57, 0x00, 0x00, 0x00,
                  0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  auto image = decode_png(png);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->format, PixelFormat::gray8);
  const uint8_t* pixels = image->pixels.data();
  EXPECT_EQ(Bytes(pixels, pixels + 4), (Bytes{0, 1, 2, 3}));
  const auto picture = decode_png_rgb(png);
  ASSERT_TRUE(picture) << picture.error().message;
  expect_same(*picture,
              Image{PixelFormat::rgb24, {2, 2}, Bytes{0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255}});
}

TEST(Png, RefusesDataCutAnywhere) {
  const auto png = encode_png(class_map({20, 20}));
  ASSERT_TRUE(png);
  const size_t last_chunk = 12;  // IEND carries no pixels
  for (size_t length = 0; length + last_chunk < png->size(); ++length) {
    EXPECT_FALSE(decode_png(png->span().first(length))) << length;
  }
}

TEST(Png, RefusesABombBeforeAllocating) {
  const auto png = encode_png(class_map({20, 20}));
  Bytes bomb(png->data(), png->data() + png->size());
  bomb[16] = bomb[20] = 0x7f;
  auto image = decode_png(bomb);
  ASSERT_FALSE(image);
}

// 58 bytes whose sPLT chunk says that it has 800 MB; found by the fuzzer, which ran out of time.
TEST(Png, RefusesAHugeChunkBeforeAllocating) {
  const Bytes png = {0x89, 'P',  'N', 'G',  13, 10, 26,   10,  0,   0,   0,   13,  'I', 'H', 'D',
                     'R',  0,    0,   0,    24, 0,  0,    0,   16,  2,   3,   0,   0,   0,   0x71,
                     0x4a, 0x57, 6,   0x27, 0,  0,  0x0c, 's', 'P', 'L', 'T', '0', 'E', 'N', 'G'};
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  EXPECT_FALSE(decode_png(png));
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 << 10) << "KiB";
}

TEST(Png, TheSizeIsReadWithoutDecoding) {
  const core::Image image{core::PixelFormat::gray8, {300, 20}, core::Bytes(300 * 20, 7)};
  const auto png = encode_png(image);
  ASSERT_TRUE(png);
  EXPECT_EQ(*read_png_size(png->span()), (core::Size{300, 20}));
  EXPECT_TRUE(read_png_size(png->span().first(24)));
  for (const size_t length : {0, 8, 23}) EXPECT_FALSE(read_png_size(png->span().first(length)));
  core::Bytes wide(png->data(), png->data() + 24);
  wide[16] = 0xff;
  EXPECT_FALSE(read_png_size(wide)) << "4 Gpixel wide";
}

}  // namespace
}  // namespace fovea::codec
