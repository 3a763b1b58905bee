#include "site/frame_times.h"

#include <gtest/gtest.h>

#include <set>

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

class FrameTimesTest : public ::testing::Test {
 protected:
  // A frame every `period` whose capture time is by `step` later than that of the one before it.
  // Whether the fault was this one all the time.
  bool frames(int count, microseconds step, TimeFault expected, microseconds period = 66ms) {
    bool all = true;
    for (int i = 0; i < count; ++i) {
      captured_ += step;
      all = frame(captured_, period) == expected && all;
    }
    return all;
  }

  TimeFault frame(core::Timestamp captured, microseconds period = 66ms) {
    now_ += period;
    times_.add(captured, now_);
    return times_.fault();
  }

  core::Timestamp captured_{1'800'000'000s};
  core::SteadyTime now_{1h};
  FrameTimes times_;
};

TEST_F(FrameTimesTest, TimesThatGoOnAreFineHoweverWrongTheyAre) {
  captured_ = core::Timestamp();  // a Pi without clock and uplink: 1970
  EXPECT_TRUE(frames(100, 66ms, TimeFault::none));
  EXPECT_TRUE(frames(100, 33ms, TimeFault::none)) << "a slow clock";
  captured_ += 24h * 365 * 50;
  EXPECT_TRUE(frames(100, 66ms, TimeFault::none)) << "set right";
  EXPECT_TRUE(frames(20, 10s, TimeFault::none, 10s)) << "a picture in ten seconds";
}

TEST_F(FrameTimesTest, TimesThatStandAreSeenAndOverAfterAWindow) {
  frames(20, 66ms, TimeFault::none);
  EXPECT_TRUE(frames(45, 0us, TimeFault::none)) << "not yet 3 s";
  EXPECT_FALSE(frames(2, 0us, TimeFault::none));
  EXPECT_TRUE(frames(500, 0us, TimeFault::still));
  EXPECT_TRUE(frames(40, 66ms, TimeFault::still));
  frames(10, 66ms, TimeFault::none);
  EXPECT_TRUE(frames(500, 66ms, TimeFault::none));
}

TEST_F(FrameTimesTest, OneTimeForAllFramesIsSeenFromTheStart) {
  captured_ = core::Timestamp();
  frames(50, 0us, TimeFault::none);
  EXPECT_TRUE(frames(100, 0us, TimeFault::still));
}

TEST_F(FrameTimesTest, WholeSecondsGoOnAndWholeMinutesStandWithoutABreak) {
  for (int second = 0; second < 10; ++second) {
    captured_ += 1s;
    EXPECT_TRUE(frames(15, 0us, TimeFault::none));
  }
  for (int minute = 0; minute < 5; ++minute) {
    captured_ += 60s;
    EXPECT_TRUE(frames(60 * 15, 0us, TimeFault::still) || minute == 0);
  }
}

TEST_F(FrameTimesTest, ACameraWithAPictureInTenSecondsIsNoFaultUntilFiveStand) {
  frames(10, 10s, TimeFault::none, 10s);
  EXPECT_TRUE(frames(4, 0us, TimeFault::none, 10s));
  EXPECT_TRUE(frames(10, 0us, TimeFault::still, 10s));
  frames(1, 10s, TimeFault::still, 10s);
  EXPECT_TRUE(frames(10, 10s, TimeFault::none, 10s));
}

TEST_F(FrameTimesTest, JitterIsNoFault) {
  for (int i = 0; i < 200; ++i) {
    captured_ += 66ms;
    EXPECT_EQ(frame(captured_ + (i % 2 == 0 ? 70ms : 0ms)), TimeFault::none);
    if (i % 7 != 0) continue;
    EXPECT_EQ(frame(captured_ - 5ms), TimeFault::none) << "another order";
  }
}

TEST_F(FrameTimesTest, AClockThatIsSetIsNoFault) {
  frames(20, 66ms, TimeFault::none);
  captured_ -= 1h;
  EXPECT_TRUE(frames(100, 66ms, TimeFault::none));
  captured_ -= 200ms;
  EXPECT_TRUE(frames(100, 66ms, TimeFault::none)) << "twice within a minute, as after a start";
  frames(1000, 66ms, TimeFault::none);
  for (int i = 0; i < 10; ++i) {
    frames(500, 66ms, TimeFault::none);
    captured_ -= 1s;
    EXPECT_TRUE(frames(500, 66ms, TimeFault::none)) << "once a minute";
  }
}

TEST_F(FrameTimesTest, TimesThatRunBackwardsAreSeen) {
  frames(20, 66ms, TimeFault::none);
  frames(10, -66ms, TimeFault::none);
  EXPECT_TRUE(frames(500, -66ms, TimeFault::backwards));
  EXPECT_TRUE(frames(900, 66ms, TimeFault::backwards)) << "not yet a minute";
  frames(20, 66ms, TimeFault::none);
  EXPECT_TRUE(frames(900, 66ms, TimeFault::none));
  EXPECT_FALSE(frames(100, -1ms, TimeFault::none)) << "slowly";
  EXPECT_NE(times_.fault(), TimeFault::none);
}

TEST_F(FrameTimesTest, TimesThatGoInCirclesAreSeenWithoutABreak) {
  for (int round = 0; round < 20; ++round) {
    EXPECT_TRUE(frames(15 * 25, 66ms, TimeFault::backwards) || round < 4);
    captured_ -= 25s;
  }
}

TEST_F(FrameTimesTest, TwoCamerasWithOneNameAndClocksOfTheirOwn) {
  for (int i = 0; i < 20; ++i) {
    captured_ += 66ms;
    frame(captured_);
    EXPECT_TRUE(frame(captured_ - 1h) == TimeFault::backwards || i < 2);
  }
}

TEST_F(FrameTimesTest, SaysItInWords) {
  EXPECT_EQ(in_words(TimeFault::none), "its capture times go on");
  EXPECT_EQ(in_words(TimeFault::still),
            "its capture times stand still, so that no age can be told by them, and rules go by "
            "arrival");
  EXPECT_STREQ(to_string(TimeFault::backwards), "backwards");
}

}  // namespace
}  // namespace fovea::site
