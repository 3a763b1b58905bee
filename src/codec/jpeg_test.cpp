#include "codec/jpeg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "core/limits.h"

namespace fovea::codec {
namespace {

using core::Bytes;
using core::Code;
using core::Image;
using core::PixelFormat;
using core::Size;
using ::testing::HasSubstr;

// A smooth picture, so that JPEG keeps its values.
Image gradient(PixelFormat format, Size size) {
  Bytes pixels(core::image_bytes(format, size));
  for (size_t i = 0; i < pixels.size(); ++i) {
    const size_t row = i / (pixels.size() / size_t(size.height) + 1);
    pixels[i] = uint8_t(64 + row * 100 / size_t(size.height));
  }
  return {format, size, std::move(pixels)};
}

core::Buffer encoded(PixelFormat format, Size size) {
  auto jpeg = JpegEncoder().encode(gradient(format, size), 90);
  EXPECT_TRUE(jpeg) << jpeg.error().message;
  return *jpeg;
}

Bytes copy_of(const core::Buffer& buffer) { return {buffer.data(), buffer.data() + buffer.size()}; }

// Where the start-of-frame segment's payload begins.
size_t start_of_frame(const Bytes& jpeg) {
  for (size_t i = 0; i + 1 < jpeg.size(); ++i) {
    if (jpeg[i] == 0xff && jpeg[i + 1] == 0xc0) return i + 4;
  }
  return 0;
}

TEST(Jpeg, EveryFormatAndSizeRoundTrips) {
  JpegDecoder decoder;
  for (auto format : {PixelFormat::gray8, PixelFormat::rgb24, PixelFormat::bgr24, PixelFormat::i420,
                      PixelFormat::nv12, PixelFormat::yuyv422}) {
    for (Size size : {Size{2, 1}, Size{16, 16}, Size{34, 17}, Size{640, 360}}) {
      const auto jpeg = encoded(format, size);
      auto image = decoder.decode(jpeg.span());
      ASSERT_TRUE(image) << image.error().message;
      EXPECT_EQ(image->size, size);
      EXPECT_EQ(image->pixels.size(), core::image_bytes(PixelFormat::rgb24, size));
    }
  }
}

TEST(Jpeg, KeepsValuesOfGreyPictures) {
  const Size size{64, 48};
  const Image picture = gradient(PixelFormat::gray8, size);
  auto jpeg = JpegEncoder().encode(picture, 95);
  ASSERT_TRUE(jpeg);
  auto back = JpegDecoder().decode(jpeg->span(), PixelFormat::gray8);
  ASSERT_TRUE(back);
  for (size_t i = 0; i < picture.pixels.size(); ++i) {
    EXPECT_LE(std::abs(picture.pixels.data()[i] - back->pixels.data()[i]), 6);
  }
}

TEST(Jpeg, KeepsColoursOfPlanarPictures) {
  // Pure red in BT.601 full range: Y 76, U 85, V 255.
  const Size size{32, 32};
  Bytes pixels(core::image_bytes(PixelFormat::nv12, size), 76);
  for (size_t i = 32 * 32; i < pixels.size(); i += 2) {
    pixels[i] = 85;
    pixels[i + 1] = 255;
  }
  auto jpeg = JpegEncoder().encode({PixelFormat::nv12, size, std::move(pixels)}, 95);
  ASSERT_TRUE(jpeg);
  auto rgb = JpegDecoder().decode(jpeg->span());
  ASSERT_TRUE(rgb);
  EXPECT_GT(rgb->pixels.data()[0], 245);
  EXPECT_LT(rgb->pixels.data()[1], 10);
  EXPECT_LT(rgb->pixels.data()[2], 10);
}

TEST(Jpeg, DecodesAtTheSmallestCoveringScale) {
  const auto jpeg = encoded(PixelFormat::rgb24, {1280, 720});
  JpegDecoder decoder;
  EXPECT_EQ(decoder.decode_covering(jpeg.span(), {160, 90})->size, (Size{160, 90}));
  EXPECT_EQ(decoder.decode_covering(jpeg.span(), {161, 90})->size, (Size{320, 180}));
  EXPECT_EQ(decoder.decode_covering(jpeg.span(), {640, 360})->size, (Size{640, 360}));
  EXPECT_EQ(decoder.decode_covering(jpeg.span(), {513, 513})->size, (Size{1280, 720}));
  EXPECT_EQ(decoder.decode_covering(jpeg.span(), {4000, 4000})->size, (Size{1280, 720}));
}

TEST(Jpeg, RefusesWhatIsNoJpeg) {
  JpegDecoder decoder;
  const Bytes png{0x89, 'P', 'N', 'G', 1, 2, 3, 4};
  for (const Bytes& bytes : {Bytes{}, Bytes{0xff}, Bytes{0xff, 0xd8, 0xff, 0xd9}, png}) {
    auto image = decoder.decode(bytes);
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, Code::bad_input);
  }
}

TEST(Jpeg, RefusesDataCutAnywhere) {
  const Bytes whole = copy_of(encoded(PixelFormat::rgb24, {64, 48}));
  JpegDecoder decoder;
  for (size_t length = 0; length + 2 < whole.size(); ++length) {
    auto image = decoder.decode(std::span(whole).first(length));
    ASSERT_FALSE(image) << "of " << length << " bytes";
    EXPECT_EQ(image.error().code, Code::bad_input);
  }
}

TEST(Jpeg, WhatIsRefusedDoesNoHarmToTheNext) {
  const auto whole = encoded(PixelFormat::rgb24, {32, 16});
  JpegDecoder decoder;
  for (size_t size = 0; size < whole.size(); ++size) {
    (void)decoder.decode(whole.span().first(size));
    const auto next = decoder.decode(whole.span());
    ASSERT_TRUE(next) << "after " << size << " bytes of it: " << next.error().message;
  }
  // Damage as it comes from a bad disk or a hostile camera, in each byte of the header.
  for (size_t at = 0; at < whole.size(); ++at) {
    Bytes damaged = copy_of(whole);
    damaged[at] ^= 0xff;
    (void)decoder.decode(damaged);
    ASSERT_TRUE(decoder.decode(whole.span())) << "after damage at " << at;
  }
}

TEST(Jpeg, RefusesABombBeforeAllocating) {
  Bytes bomb = copy_of(encoded(PixelFormat::rgb24, {16, 16}));
  const size_t at = start_of_frame(bomb);
  ASSERT_GT(at, 0u);
  for (size_t i = 1; i <= 4; ++i) bomb[at + i] = 0xff;  // 65535x65535
  auto image = JpegDecoder().decode(bomb);
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().message, HasSubstr("65535x65535"));
}

TEST(Jpeg, RefusesZeroSizeAndCmyk) {
  const Bytes whole = copy_of(encoded(PixelFormat::rgb24, {16, 16}));
  const size_t at = start_of_frame(whole);
  Bytes empty = whole;
  empty[at + 3] = empty[at + 4] = 0;
  EXPECT_THAT(JpegDecoder().decode(empty).error().message, HasSubstr("size 0x16"));
  Bytes cmyk = whole;
  cmyk[at + 5] = 4;
  auto image = JpegDecoder().decode(cmyk);
  EXPECT_EQ(image.error().code, Code::unsupported);
  EXPECT_THAT(image.error().message, HasSubstr("CMYK"));
}

TEST(Jpeg, RefusesAScanBomb) {
  for (const uint8_t frame : {0xc0, 0xc2}) {  // baseline, progressive
    Bytes bomb = copy_of(encoded(PixelFormat::rgb24, {16, 16}));
    bomb[start_of_frame(bomb) - 3] = frame;
    for (int i = 0; i <= core::limits::jpeg_scans_max; ++i) bomb.insert(bomb.end(), {0xff, 0xda});
    EXPECT_THAT(JpegDecoder().decode(bomb).error().message, HasSubstr("scans"));
  }
}

// 12 KB that took a decoder seconds and 400 MB: the header of a large picture, one scan of it, and
// the same scan's header a hundred times.
TEST(Jpeg, ALargePictureOfManyScansIsRefusedBeforeItIsDecoded) {
  Bytes bomb = copy_of(encoded(PixelFormat::rgb24, {16, 16}));
  const size_t at = start_of_frame(bomb);
  bomb[at - 3] = 0xc2;
  bomb[at + 1] = bomb[at + 3] = 8192 >> 8;
  bomb[at + 2] = bomb[at + 4] = 0;
  bomb.resize(bomb.size() - 2);
  const std::vector<uint8_t> scan = {0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x01, 0x3f, 0x00};
  Bytes few = bomb;
  for (int i = 0; i < 100; ++i) {
    bomb.insert(bomb.end(), scan.begin(), scan.end());
    bomb.resize(bomb.size() + 110, 0x55);
    if (i == 15) few = bomb;
  }
  bomb.insert(bomb.end(), {0xff, 0xd9});
  const auto before = std::clock();
  EXPECT_THAT(JpegDecoder().decode(bomb).error().message, HasSubstr("more than 20 scans"));
  JpegDecoder limited(
      {core::limits::picture_pixels_max, core::limits::inferred_scanned_pixels_max});
  const auto refused = limited.decode(few);
  EXPECT_EQ(refused.error().code, Code::unsupported);
  EXPECT_THAT(refused.error().message, HasSubstr("8192x8192 in 17 scans takes too long"));
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 5) << "nothing was decoded";
  EXPECT_EQ(jpeg_decoder_bytes(*read_jpeg_info(bomb), 17), 3u * 2 * 8192 * 8192);
}

TEST(Jpeg, ADecoderMayTakeOnLess) {
  const auto jpeg = encoded(PixelFormat::rgb24, {640, 360});
  JpegDecoder small({640 * 360 - 1, 1u << 30});
  EXPECT_THAT(small.decode_covering(jpeg.span(), {80, 45}).error().message,
              HasSubstr("640x360 is larger than"));
  EXPECT_TRUE(JpegDecoder({640 * 360, 640 * 360}).decode(jpeg.span())) << "one scan";
  EXPECT_EQ(count_jpeg_scans(jpeg.span()), 1);
  EXPECT_EQ(jpeg_decoder_bytes(*read_jpeg_info(jpeg.span()), 1), 0u);
}

TEST(Jpeg, EncoderNamesWhatIsWrong) {
  JpegEncoder encoder;
  const Image good = gradient(PixelFormat::rgb24, {16, 16});
  EXPECT_EQ(encoder.encode(good, 0).error().code, Code::bad_input);
  EXPECT_EQ(encoder.encode(good, 101).error().code, Code::bad_input);
  EXPECT_EQ(encoder.encode({PixelFormat::rgb24, {17, 16}, good.pixels}, 80).error().code,
            Code::bad_input);
  EXPECT_EQ(encoder.encode({PixelFormat::rgb24, {0, 0}, core::Buffer()}, 80).error().code,
            Code::bad_input);
}

}  // namespace
}  // namespace fovea::codec
