#include "site/frame_groups.h"

#include <gtest/gtest.h>

namespace fovea::site {
namespace {

constexpr size_t plenty = 1u << 20;

// A key frame builds on none.
FramePtr frame(uint64_t sequence, uint64_t reference, size_t bytes = 10) {
  core::EncodedFrame frame(core::Timestamp(std::chrono::seconds(sequence)), sequence);
  frame.codec = core::Codec::h264;
  frame.key = reference == 0;
  frame.reference = reference;
  frame.data = core::Buffer(core::Bytes(bytes));
  return std::make_shared<core::EncodedFrame>(std::move(frame));
}

std::vector<uint64_t> numbers(const std::vector<FramePtr>& frames) {
  std::vector<uint64_t> numbers;
  for (const auto& each : frames) numbers.push_back(each->sequence);
  return numbers;
}

using Numbers = std::vector<uint64_t>;

TEST(FrameGroups, WhatBuildsOnALostFrameDoesNotFollow) {
  FrameGroups groups;
  EXPECT_FALSE(groups.follows(*frame(5, 4))) << "nothing came yet";
  EXPECT_TRUE(groups.follows(*frame(5, 0)));
  groups.add(frame(5, 0), plenty);
  EXPECT_TRUE(groups.follows(*frame(8, 5))) << "the camera left numbers out";
  groups.add(frame(8, 5), plenty);
  EXPECT_FALSE(groups.follows(*frame(10, 9)));
  EXPECT_TRUE(groups.follows(*frame(11, 0)));
}

TEST(FrameGroups, KeepsTheNewestGroupAndTheOneBefore) {
  FrameGroups groups;
  for (const auto& each : {frame(1, 0), frame(2, 1), frame(3, 0), frame(4, 3), frame(5, 4)}) {
    groups.add(each, plenty);
  }
  EXPECT_EQ(numbers(groups.newest()), (Numbers{3, 4, 5}));
  EXPECT_EQ(numbers(groups.until(4)), (Numbers{3, 4}));
  EXPECT_EQ(numbers(groups.until(2)), (Numbers{1, 2}));
  groups.add(frame(6, 0), plenty);
  EXPECT_TRUE(groups.until(2).empty());
  EXPECT_EQ(numbers(groups.newest()), (Numbers{6}));
}

TEST(FrameGroups, AGroupTooLargeIsForgottenUpToTheNextKeyFrame) {
  FrameGroups groups;
  groups.add(frame(1, 0, 60), 100);
  groups.add(frame(2, 0, 60), 100);
  EXPECT_TRUE(groups.until(1).empty()) << "both do not fit";
  groups.add(frame(3, 2, 60), 100);
  EXPECT_TRUE(groups.newest().empty());
  EXPECT_TRUE(groups.follows(*frame(4, 3))) << "the stream itself is whole";
  groups.add(frame(4, 3), 100);
  EXPECT_TRUE(groups.newest().empty());
  groups.add(frame(5, 0), 100);
  EXPECT_EQ(numbers(groups.newest()), (Numbers{5}));
}

}  // namespace
}  // namespace fovea::site
