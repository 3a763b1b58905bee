#include "site/recent_frames.h"

#include <gtest/gtest.h>

namespace fovea::site {
namespace {

FramePtr make_frame(uint64_t sequence, size_t bytes = 10) {
  core::EncodedFrame frame(core::Timestamp(std::chrono::seconds(sequence)), sequence);
  frame.data = core::Buffer(core::Bytes(bytes));
  return std::make_shared<core::EncodedFrame>(std::move(frame));
}

TEST(RecentFrames, FindsTheFrameOfANumber) {
  RecentFrames frames;
  for (uint64_t i = 1; i <= 200; ++i) frames.add("hall", make_frame(i));
  EXPECT_EQ(frames.find("hall", 150)->sequence, 150u);
  EXPECT_EQ(frames.find("hall", 73)->sequence, 73u);
  EXPECT_EQ(frames.find("hall", 72), nullptr) << "128 are kept";
  EXPECT_EQ(frames.find("yard", 150), nullptr);
}

TEST(RecentFrames, AResultMayComeBeforeItsFrame) {
  RecentFrames frames;
  frames.add("hall", make_frame(7));
  EXPECT_EQ(frames.find("hall", 8)->sequence, 7u);
  EXPECT_EQ(frames.find("hall", 10)->sequence, 7u);
  EXPECT_EQ(frames.find("hall", 11), nullptr) << "that is another moment";
  EXPECT_EQ(frames.find("hall", 6), nullptr);
}

TEST(RecentFrames, OfACameraThatBeganAgainTheNewestOne) {
  RecentFrames frames;
  frames.add("hall", make_frame(1, 10));
  frames.add("hall", make_frame(1, 20));
  EXPECT_EQ(frames.find("hall", 1)->data.size(), 20u);
}

TEST(RecentFrames, TheirBytesAreBounded) {
  RecentFrames frames;
  for (uint64_t i = 1; i <= 20; ++i) frames.add("hall", make_frame(i, 1u << 20));
  EXPECT_EQ(frames.find("hall", 12), nullptr);
  EXPECT_NE(frames.find("hall", 13), nullptr) << "eight of a mebibyte each";
  frames.add("hall", make_frame(21, 16u << 20));
  EXPECT_NE(frames.find("hall", 21), nullptr) << "the newest stays, however large";
  EXPECT_EQ(frames.find("hall", 20), nullptr);
}

TEST(RecentFrames, ForgetsDevicesThatNobodyAsksFor) {
  RecentFrames frames;
  frames.add("hall", make_frame(1));
  frames.add("yard", make_frame(1));
  frames.keep([](const std::string& device) { return device == "yard"; });
  EXPECT_EQ(frames.find("hall", 1), nullptr);
  EXPECT_NE(frames.find("yard", 1), nullptr);
}

}  // namespace
}  // namespace fovea::site
