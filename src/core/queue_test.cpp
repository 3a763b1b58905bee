#include "core/queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace fovea::core {
namespace {

using namespace std::chrono_literals;

TEST(BoundedQueue, DropsTheOldest) {
  BoundedQueue<int> queue(2, Overflow::drop_oldest);
  EXPECT_EQ(queue.push(1), Push::accepted);
  EXPECT_EQ(queue.push(2), Push::accepted);
  EXPECT_EQ(queue.push(3), Push::dropped_oldest);
  EXPECT_EQ(queue.try_pop(), 2);
  EXPECT_EQ(queue.try_pop(), 3);
  EXPECT_EQ(queue.dropped(), 1u);
}

TEST(BoundedQueue, RefusesTheNewest) {
  BoundedQueue<int> queue(1, Overflow::drop_newest);
  EXPECT_EQ(queue.push(1), Push::accepted);
  EXPECT_EQ(queue.push(2), Push::refused);
  EXPECT_EQ(queue.try_pop(), 1);
}

TEST(BoundedQueue, BlocksUntilThereIsRoom) {
  BoundedQueue<int> queue(1, Overflow::block);
  EXPECT_EQ(queue.push(1), Push::accepted);
  std::jthread reader([&] {
    std::this_thread::sleep_for(20ms);  // so that the other side waits
    EXPECT_EQ(queue.pop(), 1);
  });
  EXPECT_EQ(queue.push(2), Push::accepted);
  EXPECT_EQ(queue.pop(), 2);
}

TEST(BoundedQueue, CloseWakesAndDrains) {
  BoundedQueue<int> queue(4, Overflow::block);
  EXPECT_EQ(queue.push(1), Push::accepted);
  queue.close();
  EXPECT_EQ(queue.push(2), Push::closed);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, StopEndsAWait) {
  BoundedQueue<int> queue(1, Overflow::block);
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(20ms);  // so that the other side waits
    stop.request_stop();
  });
  EXPECT_EQ(queue.pop(stop.get_token()), std::nullopt);
}

TEST(BoundedQueue, PopForGivesUp) {
  BoundedQueue<int> queue(1, Overflow::block);
  EXPECT_EQ(queue.pop_for(10ms), std::nullopt);
}

TEST(Latest, KeepsTheNewest) {
  Latest<int> latest;
  EXPECT_EQ(latest.push(1), Push::accepted);
  EXPECT_EQ(latest.push(2), Push::dropped_oldest);
  EXPECT_EQ(latest.try_pop(), 2);
  EXPECT_EQ(latest.try_pop(), std::nullopt);
}

}  // namespace
}  // namespace fovea::core
