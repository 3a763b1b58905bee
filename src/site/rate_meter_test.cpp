#include "site/rate_meter.h"

#include <gtest/gtest.h>

namespace fovea::site {
namespace {

using namespace std::chrono_literals;

TEST(RateMeter, KnowsNothingBeforeTheSecondTime) {
  RateMeter meter;
  const core::SteadyTime start{};
  EXPECT_EQ(meter.per_second(start), std::nullopt);
  meter.add(start);
  EXPECT_EQ(meter.per_second(start + 1s), std::nullopt);
  EXPECT_EQ(meter.period_s(), std::nullopt);
}

TEST(RateMeter, MeasuresFastAndSlow) {
  for (const auto period : {1ms, 40ms, 66ms, 1000ms, 10000ms}) {
    RateMeter meter;
    core::SteadyTime now{};
    for (int i = 0; i < 500; ++i) meter.add(now += period);
    const double expected = 1 / std::chrono::duration<double>(period).count();
    EXPECT_NEAR(*meter.per_second(now), expected, 0.01 * expected);
    EXPECT_NEAR(*meter.period_s(), 1 / expected, 0.01 / expected);
  }
}

TEST(RateMeter, FollowsAChangeWithinSeconds) {
  RateMeter meter;
  core::SteadyTime now{};
  for (int i = 0; i < 100; ++i) meter.add(now += 100ms);
  for (int i = 0; i < 20; ++i) meter.add(now += 200ms);
  EXPECT_NEAR(*meter.per_second(now), 5, 0.1);
}

TEST(RateMeter, FallsToZeroInSilence) {
  RateMeter meter;
  core::SteadyTime now{};
  for (int i = 0; i < 100; ++i) meter.add(now += 100ms);
  EXPECT_LT(*meter.per_second(now + 2s), 8);
  EXPECT_EQ(*meter.per_second(now + 10s), 0);
}

}  // namespace
}  // namespace fovea::site
