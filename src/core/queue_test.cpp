#include "core/queue.h"

#include <gtest/gtest.h>

#include <atomic>
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

// The element wakes the one who waits longest, and that one is told to stop in the same moment.
TEST(BoundedQueue, WhoIsStoppedPassesTheWakeOn) {
  for (int round = 0; round < 20; ++round) {
    BoundedQueue<int> queue(1, Overflow::drop_oldest);
    std::atomic<bool> stopped_is_back = false, taken = false;
    std::stop_source stop;
    std::jthread stopped([&] {
      static_cast<void>(queue.pop(stop.get_token()));
      stopped_is_back = true;
    });
    std::this_thread::sleep_for(2ms);  // so that it waits first
    std::jthread other([&] { taken = queue.pop().has_value(); });
    std::this_thread::sleep_for(2ms);  // so that both wait
    {
      // Registered last, called first: the stop is known, nobody was woken for it yet.
      const std::stop_callback between(stop.get_token(), [&] {
        EXPECT_EQ(queue.push(1), Push::accepted);
        for (int i = 0; i < 1000 && !stopped_is_back && !taken; ++i) {
          std::this_thread::sleep_for(1ms);  // polls
        }
      });
      stop.request_stop();
    }
    for (int i = 0; i < 2000 && !taken; ++i) std::this_thread::sleep_for(1ms);  // polls
    EXPECT_TRUE(taken) << "in round " << round;
    if (!taken) return queue.close();
  }
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
