#include "camera/frame_maker.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "testing/test_context.h"

namespace fovea::camera {
namespace {

using namespace std::chrono_literals;

constexpr core::Size small{64, 48};

core::Buffer grey_jpeg() {
  const core::Image grey{core::PixelFormat::gray8, small, core::Bytes(size_t(64 * 48), 128)};
  return *codec::JpegEncoder().encode(grey, 90);
}

constexpr core::Timestamp noon{std::chrono::seconds(1'795'521'600)};

// One of a source's own H.264 pictures, taken so many seconds after noon as its number says.
video::Picture unit(uint64_t number, bool key = false) {
  return {noon + std::chrono::seconds(number),
          core::EncodedPicture{core::Codec::h264, key, small, core::Buffer(std::string("unit")),
                               number}};
}

// Makes a key unit where it is told to and never by itself, as one does that counts frames of a
// camera which is slower than it said.
class ObedientEncoder final : public codec::VideoEncoder {
 public:
  explicit ObedientEncoder(core::Size size) : size_(size) {}
  core::Result<std::optional<codec::VideoUnit>> encode(const core::Image& picture,
                                                       core::Timestamp captured,
                                                       bool key) override {
    EXPECT_EQ(picture.size, size_);
    return std::optional(codec::VideoUnit{core::Buffer(std::string("unit")), key, captured});
  }
  core::Size size() const override { return size_; }
  std::string description() const override { return "obedient"; }

 private:
  const core::Size size_;
};

class FrameMakerTest : public ::testing::Test {
 protected:
  FrameMaker maker(FrameCodec codec) {
    return FrameMaker({.codec = codec, .fps = 15, .privacy = {}}, context_.context());
  }
  // Of raw pictures, by a new encoder.
  FrameMaker h264_maker() {
    return FrameMaker({.codec = FrameCodec::h264, .fps = 15, .privacy = {}}, context_.context(),
                      [](const codec::VideoEncoderOptions& options, const core::Context&) {
                        return core::Result<std::unique_ptr<codec::VideoEncoder>>(
                            std::make_unique<ObedientEncoder>(options.size));
                      });
  }
  // Whether the next picture, captured so long after noon, becomes a key frame.
  bool is_key(FrameMaker& maker, std::chrono::milliseconds captured) {
    const core::Image grey{core::PixelFormat::gray8, small, core::Bytes(size_t(64 * 48), 128)};
    const auto made = maker.make({noon + captured, grey, nullptr}, ++sequence_, Sending());
    EXPECT_TRUE(made && made->frame);
    if (!made || !made->frame) return false;
    EXPECT_EQ(made->frame->reference, made->frame->key ? 0 : sequence_ - 1);
    return made->frame->key;
  }

  uint64_t sequence_ = 0;
  testing::TestContext context_;
};

TEST_F(FrameMakerTest, TheCodecIsNamed) {
  EXPECT_EQ(*parse_codec("auto"), FrameCodec::as_source);
  EXPECT_EQ(*parse_codec("jpeg"), FrameCodec::jpeg);
  EXPECT_EQ(*parse_codec("h264"), FrameCodec::h264);
  EXPECT_FALSE(parse_codec("H264"));
}

TEST_F(FrameMakerTest, SendsLessWhereItIsTold) {
  FrameMaker maker = this->maker(FrameCodec::as_source);
  const core::EncodedPicture jpeg{core::Codec::jpeg, true, small, grey_jpeg()};
  const auto untouched = maker.make({noon, jpeg}, 1, Sending());
  ASSERT_TRUE(untouched && untouched->frame);
  EXPECT_EQ(untouched->frame->data.data(), jpeg.data.data()) << "the same bytes";
  const auto less = maker.make({noon, jpeg}, 2, Sending{40, 0.5, 1, true});
  ASSERT_TRUE(less && less->frame);
  EXPECT_TRUE(less->reencoded);
  EXPECT_EQ(less->frame->size, (core::Size{32, 24}));
  EXPECT_EQ(codec::read_jpeg_info(less->frame->data.span())->size, (core::Size{32, 24}));
}

TEST_F(FrameMakerTest, PassedH264IsNumberedAnewAndWaitsForAKeyAfterALoss) {
  FrameMaker maker = this->maker(FrameCodec::as_source);
  const auto make = [&](const video::Picture& picture, uint64_t sequence) {
    EXPECT_TRUE(maker.passes(picture));
    auto made = maker.make(picture, sequence, Sending());
    EXPECT_TRUE(made);
    return made->frame;
  };
  EXPECT_FALSE(make(unit(2), 10)) << "the stream was joined in the middle";
  const auto key = make(unit(3, true), 11);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->key);
  EXPECT_EQ(key->sequence, 11u);
  const auto second = make(unit(4), 12);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->reference, 11u);
  EXPECT_EQ(make(unit(5), 15)->reference, 12u);
  EXPECT_FALSE(make(unit(7), 16)) << "the source has lost one";
  EXPECT_FALSE(make(unit(8), 17));
  EXPECT_TRUE(make(unit(9, true), 18)->key);
  EXPECT_TRUE(make(unit(10), 19));
  maker.on_lost();
  EXPECT_FALSE(make(unit(11), 20)) << "the last one did not go out";
  EXPECT_TRUE(make(unit(12, true), 21)->key);
}

// The age of pictures, of results and every rule with a duration hang on it.
static_assert(!std::is_default_constructible_v<core::EncodedFrame>);
static_assert(!std::is_default_constructible_v<video::Picture>);
TEST_F(FrameMakerTest, EveryFrameHasTheTimeOfItsPicture) {
  const core::Image grey{core::PixelFormat::gray8, small, core::Bytes(size_t(64 * 48), 128)};
  const core::EncodedPicture jpeg{core::Codec::jpeg, true, small, grey_jpeg()};
  const auto time_of = [](FrameMaker maker, const video::Picture& picture, Sending sending = {}) {
    const auto made = maker.make(picture, 1, sending);
    return made && made->frame ? made->frame->captured : core::Timestamp();
  };
  const auto taken = noon + 7s;
  EXPECT_EQ(time_of(maker(FrameCodec::as_source), unit(7, true)), taken) << "H.264 as it comes";
  EXPECT_EQ(time_of(maker(FrameCodec::as_source), {taken, jpeg}), taken) << "JPEG as it comes";
  EXPECT_EQ(time_of(maker(FrameCodec::as_source), {taken, jpeg}, Sending{40, 0.5, 1, true}), taken);
  EXPECT_EQ(time_of(maker(FrameCodec::jpeg), {taken, grey}), taken) << "JPEG encoded";
  EXPECT_EQ(time_of(h264_maker(), {taken, grey}), taken) << "H.264 encoded";
}

TEST_F(FrameMakerTest, AKeyFrameThatIsAskedForIsTheNextButNoneFollowsAnotherAtOnce) {
  FrameMaker maker = h264_maker();
  EXPECT_TRUE(is_key(maker, 0ms)) << "the first";
  EXPECT_FALSE(is_key(maker, 600ms));
  maker.request_key();
  EXPECT_TRUE(is_key(maker, 700ms));
  EXPECT_FALSE(is_key(maker, 800ms)) << "asked once, made once";
  maker.request_key();
  EXPECT_FALSE(is_key(maker, 1100ms)) << "the last one is 0.4 s old";
  EXPECT_TRUE(is_key(maker, 1200ms)) << "the wish was kept";
  EXPECT_FALSE(is_key(maker, 1900ms));
}

TEST_F(FrameMakerTest, AFrameThatDidNotGoOutIsFollowedByAKeyFrame) {
  FrameMaker maker = h264_maker();
  EXPECT_TRUE(is_key(maker, 0ms));
  EXPECT_FALSE(is_key(maker, 50ms));
  maker.on_lost();
  EXPECT_TRUE(is_key(maker, 100ms)) << "whatever builds on it cannot be decoded";
  EXPECT_FALSE(is_key(maker, 150ms));
}

TEST_F(FrameMakerTest, KeyFramesComeByTheClockHoweverSlowTheCamera) {
  FrameMaker maker = h264_maker();
  EXPECT_TRUE(is_key(maker, 0s));
  EXPECT_FALSE(is_key(maker, 1s));
  EXPECT_TRUE(is_key(maker, 2s));
  EXPECT_FALSE(is_key(maker, 3999ms));
  for (int i = 1; i < 4; ++i) EXPECT_TRUE(is_key(maker, 4s + i * 3s)) << "one picture in 3 s";
}

TEST_F(FrameMakerTest, AClockThatIsSetBackStopsNoKeyFrames) {
  FrameMaker maker = h264_maker();
  EXPECT_TRUE(is_key(maker, 1h));
  EXPECT_FALSE(is_key(maker, 1h + 100ms));
  EXPECT_TRUE(is_key(maker, 0ms)) << "an hour would pass before the next";
  EXPECT_FALSE(is_key(maker, 100ms));
  EXPECT_TRUE(is_key(maker, 2s));
}

}  // namespace
}  // namespace fovea::camera
