#include "core/fair_queue.h"

#include <gtest/gtest.h>

#include <vector>

namespace fovea::core {
namespace {

std::vector<int> drain(FairShare<int>& share) {
  std::vector<int> all;
  while (const auto element = share.pop()) all.push_back(*element);
  return all;
}

TEST(FairShare, WhoFillsItLosesItsOwnOldest) {
  FairShare<int> share({4});
  EXPECT_EQ(share.push("quiet", 1), 0u);
  for (int i = 10; i < 13; ++i) EXPECT_EQ(share.push("flood", i), 0u);
  for (int i = 13; i < 100; ++i) EXPECT_EQ(share.push("flood", i), 1u);
  EXPECT_EQ(share.push("quiet", 2), 1u) << "it makes room for others, too";
  EXPECT_EQ(drain(share), (std::vector<int>{1, 98, 99, 2}));
}

TEST(FairShare, WeightIsSharedLikeNumber) {
  FairShare<int> share({100, 10});
  EXPECT_EQ(share.push("quiet", 1, 2), 0u);
  EXPECT_EQ(share.push("flood", 2, 4), 0u);
  EXPECT_EQ(share.push("flood", 3, 4), 0u);
  EXPECT_EQ(share.push("flood", 4, 4), 1u);
  EXPECT_EQ(share.weight(), 10u);
  EXPECT_EQ(share.push("giant", 5, 11), 1u) << "larger than all of it: refused, nobody else pays";
  EXPECT_EQ(drain(share), (std::vector<int>{1, 3, 4}));
  EXPECT_EQ(share.weight(), 0u);
}

TEST(FairShare, ANewcomerTakesFromWhoHasTheMost) {
  FairShare<int> share({3});
  EXPECT_EQ(share.push("a", 1), 0u);
  EXPECT_EQ(share.push("b", 2), 0u);
  EXPECT_EQ(share.push("c", 3), 0u);
  EXPECT_EQ(share.push("d", 4), 1u) << "all have the same: the oldest goes";
  EXPECT_EQ(drain(share), (std::vector<int>{2, 3, 4}));
}

TEST(FairShare, ALossMayBeAllThatOneHas) {
  FairShare<int> share({4}, FairShare<int>::Loss::all);
  EXPECT_EQ(share.push("quiet", 1), 0u);
  for (int i = 10; i < 13; ++i) EXPECT_EQ(share.push("flood", i), 0u);
  EXPECT_EQ(share.push("flood", 13), 3u);
  EXPECT_EQ(drain(share), (std::vector<int>{1, 13}));
}

TEST(FairShare, WhatReplacesKeepsTheTurn) {
  FairShare<int> share({10});
  share.push("a", 1);
  share.push("b", 2);
  share.push("a", 3);
  EXPECT_EQ(share.replace("a", 4), 2u);
  EXPECT_EQ(share.replace("c", 5), 0u);
  EXPECT_EQ(share.push("b", 6), 0u);
  EXPECT_EQ(drain(share), (std::vector<int>{4, 2, 5, 6}));
}

TEST(FairShare, KeysTakeTurns) {
  FairShare<int> share({10});
  for (int i = 1; i <= 4; ++i) share.push("flood", i);
  share.push("quiet", 10);
  EXPECT_EQ(share.pop_in_turn(), 1);
  EXPECT_EQ(share.pop_in_turn(), 10) << "it waits for one of the other's, not for four";
  EXPECT_EQ(share.pop_in_turn(), 2);
  share.push("late", 20);
  EXPECT_EQ(share.count("flood"), 2u);
  EXPECT_EQ(share.pop_in_turn(), 3);
  EXPECT_EQ(share.pop_in_turn(), 20);
  EXPECT_EQ(share.pop_in_turn(), 4);
  EXPECT_EQ(share.pop_in_turn(), std::nullopt);
}

TEST(FairQueue, StopEndsAWait) {
  FairQueue<int> queue(2, FairQueue<int>::Order::in_turn);
  std::stop_source stop;
  EXPECT_EQ(queue.push("a", 1), 0u);
  EXPECT_EQ(queue.pop(stop.get_token()), 1);
  stop.request_stop();
  EXPECT_EQ(queue.pop(stop.get_token()), std::nullopt);
  EXPECT_EQ(queue.push("a", 2), 0u);
  EXPECT_EQ(queue.pop(stop.get_token()), std::nullopt);
  EXPECT_EQ(queue.try_pop(), 2);
  EXPECT_EQ(queue.size(), 0u);
}

}  // namespace
}  // namespace fovea::core
