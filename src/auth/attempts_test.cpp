#include "auth/attempts.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace fovea::auth {
namespace {

using namespace std::chrono_literals;

TEST(Attempts, ABurstThenOneByOne) {
  testing::FakeClock clock;
  Attempts attempts(3, 10s, 100, clock);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(attempts.take("a"), 0s) << i;
  EXPECT_EQ(attempts.take("a"), 10s);
  EXPECT_EQ(attempts.take("b"), 0s) << "others are not held up";
  clock.advance(9s);
  EXPECT_EQ(attempts.take("a"), 1s);
  clock.advance(1s);
  EXPECT_EQ(attempts.take("a"), 0s);
  EXPECT_EQ(attempts.take("a"), 10s);
  clock.advance(1h);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(attempts.take("a"), 0s) << i;
  EXPECT_GT(attempts.take("a"), 0s);
}

TEST(Attempts, WhatWasRightCostsNothing) {
  testing::FakeClock clock;
  Attempts attempts(2, 10s, 100, clock);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(attempts.take("a"), 0s) << i;
    attempts.forgive("a");
  }
}

TEST(Attempts, AFloodOfKeysNeitherGrowsNorFreesWhoWaits) {
  testing::FakeClock clock;
  Attempts attempts(2, 10s, 100, clock);
  while (attempts.take("attacker") == 0s) {
  }
  for (int i = 0; i < 10000; ++i) (void)attempts.take("key" + std::to_string(i));
  EXPECT_LE(attempts.size(), 100u);
  EXPECT_GT(attempts.take("attacker"), 0s);
}

}  // namespace
}  // namespace fovea::auth
