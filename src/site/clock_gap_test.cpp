#include "site/clock_gap.h"

#include <gtest/gtest.h>

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

class ClockGapTest : public ::testing::Test {
 protected:
  // A frame every 200 ms that seems to travel so long.
  void frames(microseconds way, int count = 1) {
    for (int i = 0; i < count; ++i) {
      now_ += 200ms;
      const core::Timestamp received(std::chrono::seconds(1'800'000'000));
      gap_.add(received - way, received, now_);
    }
  }

  core::SteadyTime now_{1h};
  ClockGap gap_;
};

TEST_F(ClockGapTest, LatencyIsNoGap) {
  for (const auto way :
       {microseconds(0), microseconds(-50ms), microseconds(3ms), microseconds(9s)}) {
    frames(way, 40);
    EXPECT_EQ(gap_.gap(), std::nullopt) << way.count();
  }
}

TEST_F(ClockGapTest, OneLateFrameSaysNothing) {
  frames(5ms, 40);
  frames(20s);
  EXPECT_EQ(gap_.gap(), std::nullopt);
  frames(5ms, 40);
  EXPECT_EQ(gap_.gap(), std::nullopt);
}

TEST_F(ClockGapTest, AheadIsSeenAtOnce) {
  frames(5ms, 3);
  frames(-2min);
  EXPECT_EQ(gap_.gap(), microseconds(2min));
  frames(-2min, 40);
  EXPECT_EQ(gap_.gap(), microseconds(2min));
}

TEST_F(ClockGapTest, BehindIsSeenAfterAWindow) {
  frames(5ms, 40);
  frames(2min, 40);
  EXPECT_EQ(gap_.gap(), microseconds(-2min));
  frames(5ms, 40);
  EXPECT_EQ(gap_.gap(), std::nullopt);
}

TEST_F(ClockGapTest, SaysItInWords) {
  EXPECT_EQ(in_words(1500ms), "the camera's clock is 1.5 s ahead of the site's");
  EXPECT_EQ(in_words(-90s), "the camera's clock is 90 s behind the site's");
  EXPECT_EQ(in_words(5min), "the camera's clock is 5 min ahead of the site's");
  EXPECT_EQ(in_words(-24h * 20000), "the camera's clock is 20000 days behind the site's");
}

}  // namespace
}  // namespace fovea::site
