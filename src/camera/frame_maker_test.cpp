#include "camera/frame_maker.h"

#include <gtest/gtest.h>

#include "testing/test_context.h"

namespace fovea::camera {
namespace {

constexpr core::Size size{64, 48};

core::Buffer grey_jpeg() {
  const core::Image grey{core::PixelFormat::gray8, size, core::Bytes(size_t(64 * 48), 128)};
  return *codec::JpegEncoder().encode(grey, 90);
}

// One of a source's own H.264 frames; 0 builds on nothing.
video::Picture unit(uint64_t sequence, uint64_t reference) {
  core::EncodedFrame frame;
  frame.codec = core::Codec::h264;
  frame.key = reference == 0;
  frame.sequence = sequence;
  frame.reference = reference;
  frame.size = size;
  frame.data = core::Buffer(std::string("unit"));
  return {core::Timestamp(std::chrono::seconds(sequence)), std::move(frame), nullptr};
}

class FrameMakerTest : public ::testing::Test {
 protected:
  FrameMaker maker(FrameCodec codec) {
    return FrameMaker({.codec = codec, .fps = 15, .privacy = {}}, context_.context());
  }
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
  core::EncodedFrame frame;
  frame.size = size;
  frame.data = grey_jpeg();
  const auto untouched = maker.make({{}, frame, nullptr}, 1, Sending());
  ASSERT_TRUE(untouched && untouched->frame);
  EXPECT_EQ(untouched->frame->data.data(), frame.data.data()) << "the same bytes";
  const auto less = maker.make({{}, frame, nullptr}, 2, Sending{40, 0.5, 1, true});
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
  EXPECT_FALSE(make(unit(2, 1), 10)) << "the stream was joined in the middle";
  const auto key = make(unit(3, 0), 11);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->key);
  EXPECT_EQ(key->sequence, 11u);
  const auto second = make(unit(4, 3), 12);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->reference, 11u);
  EXPECT_EQ(make(unit(5, 4), 15)->reference, 12u);
  EXPECT_FALSE(make(unit(7, 6), 16)) << "the source has lost one";
  EXPECT_FALSE(make(unit(8, 7), 17));
  EXPECT_TRUE(make(unit(9, 0), 18)->key);
  EXPECT_TRUE(make(unit(10, 9), 19));
  maker.on_lost();
  EXPECT_FALSE(make(unit(11, 10), 20)) << "the last one did not go out";
  EXPECT_TRUE(make(unit(12, 0), 21)->key);
}

}  // namespace
}  // namespace fovea::camera
