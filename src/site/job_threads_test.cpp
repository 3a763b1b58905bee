#include "site/job_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>

#include "testing/wait_until.h"

namespace fovea::site {
namespace {

using fovea::testing::wait_until;

// One thread, held by a first job until go() is called.
class JobThreadsTest : public ::testing::Test {
 protected:
  static constexpr size_t waiting_max = 8;

  JobThreadsTest() {
    std::promise<void> begun;
    threads_.run("", [&begun, gate = gate_.get_future().share()](const std::stop_token&) {
      begun.set_value();
      gate.wait();
    });
    begun.get_future().wait();
  }
  ~JobThreadsTest() override { go(); }

  void go() {
    if (!open_) gate_.set_value();
    open_ = true;
  }
  bool ask(const std::string& who) {
    return threads_.run(who, [this, who](const std::stop_token&) {
      const std::lock_guard lock(mutex_);
      order_ += who;
    });
  }
  std::string order() {
    const std::lock_guard lock(mutex_);
    return order_;
  }

  std::mutex mutex_;
  std::string order_;  // of who was served
  bool open_ = false;
  std::promise<void> gate_;
  JobThreads threads_{"jobs", 1, waiting_max};
};

TEST_F(JobThreadsTest, OneWhoAsksWithoutEndHoldsHalfAndTakesTurns) {
  int taken = 0;
  for (int i = 0; i < 100; ++i) taken += ask("a") ? 1 : 0;
  EXPECT_EQ(taken, int(waiting_max / 2));
  EXPECT_TRUE(ask("b"));
  EXPECT_TRUE(ask("b"));
  go();
  ASSERT_TRUE(wait_until([&] { return order().size() == 6; }));
  EXPECT_EQ(order(), "ababaa");
}

TEST_F(JobThreadsTest, AllTogetherHaveALimit) {
  for (size_t i = 0; i < waiting_max; ++i) EXPECT_TRUE(ask(std::string(1, char('a' + i))));
  EXPECT_FALSE(ask("z"));
}

TEST_F(JobThreadsTest, WhatWaitsIsDroppedAtTheEnd) {
  ASSERT_TRUE(ask("a"));
  std::jthread later([&] { go(); });
  threads_.stop();
  EXPECT_FALSE(ask("b"));
}

}  // namespace
}  // namespace fovea::site
