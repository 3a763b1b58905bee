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

TEST(Attempts, AddressesAreLimitedByNetwork) {
  EXPECT_EQ(limited_address("192.168.1.5:50123"), "192.168.1.5");
  EXPECT_EQ(limited_address("2001:db8:1:2:3:4:5:6:50123"), "2001:db8:1:2::/64");
  EXPECT_EQ(limited_address("2001:db8:1:2:ffff::1:50123"), "2001:db8:1:2::/64");
  EXPECT_EQ(limited_address("unknown"), "unknown");
}

}  // namespace
}  // namespace fovea::auth
