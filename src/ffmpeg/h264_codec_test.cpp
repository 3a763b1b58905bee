#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "ffmpeg/h264_encoder.h"
#include "ffmpeg/h264_unit_decoder.h"
#include "testing/test_context.h"

namespace fovea::ffmpeg {
namespace {

using core::Code;
using core::PixelFormat;
using core::Size;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr Size size{320, 180};

core::Timestamp at(int number) { return core::Timestamp(1s + number * 40ms); }

// A grey ramp with a bright square that wanders.
core::Image picture(int number, PixelFormat format = PixelFormat::rgb24) {
  FOVEA_ASSERT(format == PixelFormat::rgb24 || format == PixelFormat::gray8);
  const size_t samples = format == PixelFormat::rgb24 ? 3 : 1;
  core::Bytes pixels(core::image_bytes(format, size));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const bool square = std::abs(x - 40 - 4 * number) < 20 && std::abs(y - 90) < 20;
      for (size_t i = 0; i < samples; ++i) {
        pixels[size_t(y * size.width + x) * samples + i] = square ? 230 : uint8_t(40 + x / 4);
      }
    }
  }
  return {format, size, std::move(pixels)};
}

double mean_difference(const core::Image& a, const core::Image& b) {
  EXPECT_EQ(a.size, b.size);
  double sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i)
    sum += std::abs(a.pixels.data()[i] - b.pixels.data()[i]);
  return sum / double(a.pixels.size());
}

class H264CodecTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto encoder = ffmpeg::open_h264_encoder({.size = size, .fps = 25}, context_.context());
    ASSERT_TRUE(encoder) << encoder.error().message;
    encoder_ = *std::move(encoder);
    auto decoder = ffmpeg::open_h264_unit_decoder(8u << 20, context_.context());
    ASSERT_TRUE(decoder) << decoder.error().message;
    decoder_ = *std::move(decoder);
  }

  codec::VideoUnit encode(int number, bool key = false, PixelFormat format = PixelFormat::rgb24) {
    auto unit = encoder_->encode(picture(number, format), at(number), key);
    EXPECT_TRUE(unit) << unit.error().message;
    EXPECT_TRUE(*unit) << "a picture is held back";
    return **unit;
  }

  testing::TestContext context_;
  std::unique_ptr<codec::VideoEncoder> encoder_;
  std::unique_ptr<codec::VideoDecoder> decoder_;
};

TEST_F(H264CodecTest, EveryPictureComesOutAtOnceWithItsTimeAndLooksTheSame) {
  const auto first = encode(0);
  EXPECT_TRUE(first.key);
  ASSERT_TRUE(decoder_->push(first.data.span()));
  for (int i = 1; i < 30; ++i) {
    const auto unit = encode(i);
    EXPECT_FALSE(unit.key);
    EXPECT_EQ(unit.captured, at(i));
    EXPECT_LT(unit.data.size(), first.data.size() / 2);
    const auto pushed = decoder_->push(unit.data.span());
    ASSERT_TRUE(pushed) << pushed.error().message;
    EXPECT_EQ((*pushed)->size(), size);
    const auto decoded = (*pushed)->image(size, PixelFormat::rgb24);
    ASSERT_TRUE(decoded);
    EXPECT_LT(mean_difference(*decoded, picture(i)), 3);
  }
}

TEST_F(H264CodecTest, KeysComeInTimeAndWhenAskedFor) {
  std::vector<int> keys;
  for (int i = 0; i < 120; ++i) {
    if (encode(i / 4, i == 17).key) keys.push_back(i);
  }
  // 25 fps, a key every 2 s at the latest.
  EXPECT_EQ(keys, (std::vector<int>{0, 17, 67, 117}));
}

TEST_F(H264CodecTest, ADecoderBeginsWithAnyKey) {
  for (int i = 0; i < 5; ++i) encode(i);
  const auto key = encode(5, true);
  ASSERT_TRUE(key.key);
  const auto pushed = decoder_->push(key.data.span());
  ASSERT_TRUE(pushed) << "a key brings its parameter sets";
  EXPECT_LT(mean_difference(*(*pushed)->image(size, PixelFormat::rgb24), picture(5)), 3);
}

TEST_F(H264CodecTest, WithoutTheirKeyUnitsAreRefusedAndAKeyMends) {
  encode(0);
  EXPECT_EQ(decoder_->push(encode(1).data.span()).error().code, Code::bad_input);
  const core::Bytes garbage(500, 0x5a);
  EXPECT_EQ(decoder_->push(garbage).error().code, Code::bad_input);
  EXPECT_EQ(decoder_->push({}).error().code, Code::bad_input);
  EXPECT_TRUE(decoder_->push(encode(2, true).data.span()));
}

TEST_F(H264CodecTest, PicturesAreScaledToCover) {
  const auto first = *decoder_->push(encode(0).data.span());
  for (const auto format : {PixelFormat::rgb24, PixelFormat::gray8}) {
    EXPECT_EQ(first->image({300, 100}, format)->size, size);
    EXPECT_EQ(first->image({160, 90}, format)->size, (Size{160, 90}));
    const auto small = first->image({30, 20}, format);
    EXPECT_EQ(small->size, (Size{40, 23}));
    EXPECT_EQ(small->format, format);
    EXPECT_EQ(small->pixels.size(), core::image_bytes(format, small->size));
  }
  EXPECT_EQ(first->image({30, 20}, PixelFormat::i420)->size, size);
}

TEST_F(H264CodecTest, APictureStaysWhatItIsWhileOthersAreDecoded) {
  const auto first = *decoder_->push(encode(0).data.span());
  for (int i = 1; i < 20; ++i) ASSERT_TRUE(decoder_->push(encode(i).data.span()));
  EXPECT_LT(mean_difference(*first->image(size, PixelFormat::rgb24), picture(0)), 3);
}

TEST_F(H264CodecTest, TheFormatOfThePicturesMayChange) {
  ASSERT_TRUE(decoder_->push(encode(0).data.span()));
  const auto second = decoder_->push(encode(1, false, PixelFormat::gray8).data.span());
  ASSERT_TRUE(second);
  EXPECT_LT(mean_difference(*(*second)->image(size, PixelFormat::rgb24), picture(1)), 3);
}

TEST_F(H264CodecTest, WrongSizesAndOptionsAreRefusedInWords) {
  auto small = picture(0);
  small.size = {160, 360};
  const auto refused = encoder_->encode(small, at(0), false);
  EXPECT_EQ(refused.error().code, Code::bad_input);
  EXPECT_THAT(refused.error().message, HasSubstr("160x360"));
  const auto open = [&](codec::VideoEncoderOptions options) {
    return ffmpeg::open_h264_encoder(options, context_.context()).error().code;
  };
  EXPECT_EQ(open({.size = {8, 8}}), Code::bad_input);
  EXPECT_EQ(open({.size = {20000, 20}}), Code::bad_input);
  EXPECT_EQ(open({.size = size, .fps = 0}), Code::bad_input);
  EXPECT_EQ(open({.size = size, .quality = 101}), Code::bad_input);
}

// However a stream says that its pictures are small: what counts is what FFmpeg asks memory for.
TEST_F(H264CodecTest, PicturesBeyondTheLimitAreRefusedAndOthersGoOn) {
  const Size large{1920, 1080};
  auto encoder = ffmpeg::open_h264_encoder({.size = large, .fps = 25}, context_.context());
  ASSERT_TRUE(encoder);
  const core::Image grey{PixelFormat::gray8, large, core::Bytes(size_t(1920 * 1080), 100)};
  const auto small_key = encode(0);
  auto large_key = (*encoder)->encode(grey, at(0), true);
  ASSERT_TRUE(large_key && *large_key);
  ASSERT_TRUE(decoder_->push(small_key.data.span()));
  const auto refused = decoder_->push((*large_key)->data.span());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_input);
  // Behind a picture that is good, in one unit.
  core::Bytes both(small_key.data.span().begin(), small_key.data.span().end());
  const auto hidden = (*large_key)->data.span();
  both.insert(both.end(), hidden.begin(), hidden.end());
  (void)decoder_->push(both);
  for (int i = 1; i < 10; ++i) {
    const auto unit = (*encoder)->encode(grey, at(i), false);
    const auto pushed = decoder_->push((*unit)->data.span());
    EXPECT_FALSE(pushed && (*pushed)->size() == large);
  }
  EXPECT_TRUE(decoder_->push(encode(20, true).data.span())) << "a key mends";
}

TEST_F(H264CodecTest, PicturesThatAreKeptCountUntilTheyGo) {
  std::vector<codec::VideoPicturePtr> kept;
  std::string refusal;
  for (int i = 0; i < 500 && refusal.empty(); ++i) {
    auto pushed = decoder_->push(encode(i, true).data.span());
    if (pushed) {
      kept.push_back(*std::move(pushed));
    } else {
      refusal = pushed.error().message;
    }
  }
  EXPECT_THAT(refusal, HasSubstr("more memory than its parameters say"));
  EXPECT_GT(kept.size(), 20u) << "8 MiB hold so many of 86 KB at least";
  kept.clear();
  EXPECT_TRUE(decoder_->push(encode(0, true).data.span())) << "they are given back";
  auto last = decoder_->push(encode(1, true).data.span());
  ASSERT_TRUE(last);
  decoder_.reset();
  EXPECT_EQ((*last)->size(), size) << "a picture outlives its decoder";
}

TEST_F(H264CodecTest, OddSidesLoseARow) {
  auto encoder = ffmpeg::open_h264_encoder({.size = {321, 181}}, context_.context());
  ASSERT_TRUE(encoder);
  EXPECT_EQ((*encoder)->size(), (Size{320, 180}));
  const Size odd{321, 181};
  const core::Image grey{PixelFormat::gray8, odd, core::Bytes(size_t(321 * 181), 100)};
  auto unit = (*encoder)->encode(grey, at(0), false);
  ASSERT_TRUE(unit && *unit);
  EXPECT_EQ((*decoder_->push((*unit)->data.span()))->size(), size);
}

}  // namespace
}  // namespace fovea::ffmpeg
