#include "site/scheduler.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "testing/fake_clock.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;

Work frame_of(const std::string& device, uint64_t sequence) {
  auto frame = std::make_shared<core::EncodedFrame>(core::Timestamp(std::chrono::seconds(sequence)),
                                                    sequence);
  return {device, frame, {}, {}, {}, 0, 0, 0};
}

// Serves `services` frames while every device always has a newer one, and counts who was served.
std::map<std::string, int> serve_overloaded(Scheduler& scheduler,
                                            const std::vector<std::string>& devices, int services) {
  std::map<std::string, int> served;
  uint64_t sequence = 0;
  for (int i = 0; i < services; ++i) {
    ++sequence;
    for (const auto& device : devices) scheduler.offer(frame_of(device, sequence));
    const auto work = scheduler.try_take();
    EXPECT_TRUE(work);
    EXPECT_EQ(work->frame->sequence, sequence) << "an old frame was served";
    ++served[work->device];
    scheduler.release(work->device);
  }
  return served;
}

TEST(Scheduler, NewestFrameReplacesTheWaitingOne) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  EXPECT_EQ(scheduler.offer(frame_of("a", 1)), Scheduler::Offer::accepted);
  EXPECT_EQ(scheduler.offer(frame_of("a", 2)), Scheduler::Offer::replaced_older);
  EXPECT_EQ(scheduler.waiting(), 1u);
  const auto work = scheduler.try_take();
  ASSERT_TRUE(work);
  EXPECT_EQ(work->frame->sequence, 2u);
  EXPECT_FALSE(scheduler.try_take());
}

TEST(Scheduler, OneFramePerDeviceIsInWork) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  scheduler.offer(frame_of("a", 1));
  ASSERT_TRUE(scheduler.try_take());
  EXPECT_EQ(scheduler.offer(frame_of("a", 2)), Scheduler::Offer::accepted);
  EXPECT_FALSE(scheduler.try_take()) << "the second would overtake the first";
  scheduler.release("a");
  EXPECT_EQ(scheduler.try_take()->frame->sequence, 2u);
}

TEST(Scheduler, OverloadIsSharedEquallyByDefault) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  const auto served = serve_overloaded(scheduler, {"a", "b", "c"}, 300);
  EXPECT_EQ(served.at("a"), 100);
  EXPECT_EQ(served.at("b"), 100);
  EXPECT_EQ(served.at("c"), 100);
}

TEST(Scheduler, OverloadIsSharedByWeight) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  scheduler.set_service("a", 1, 0);
  scheduler.set_service("b", 3, 0);
  const auto served = serve_overloaded(scheduler, {"a", "b"}, 400);
  EXPECT_NEAR(served.at("a"), 100, 1);
  EXPECT_NEAR(served.at("b"), 300, 1);
}

TEST(Scheduler, EveryoneIsServedOncePerRound) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  std::map<std::string, int> last;
  for (int i = 0; i < 40; ++i) {
    for (const char* device : {"a", "b", "c", "d"}) scheduler.offer(frame_of(device, 1));
    const auto work = scheduler.try_take();
    scheduler.release(work->device);
    if (last.contains(work->device)) {
      EXPECT_EQ(i - last[work->device], 4) << work->device;
    }
    last[work->device] = i;
  }
}

TEST(Scheduler, IdleTimeIsNotSavedUp) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  serve_overloaded(scheduler, {"busy"}, 1000);
  const auto served = serve_overloaded(scheduler, {"busy", "new"}, 100);
  EXPECT_NEAR(served.at("new"), 50, 1) << "the newcomer may not starve the other";
}

TEST(Scheduler, RateLimitKeepsTheMeanRate) {
  struct Case {
    double camera_fps;
    double fps_max;
    double expected_fps;
  };
  for (const Case& c :
       {Case{15, 10, 10}, Case{30, 5, 5}, Case{10, 20, 10}, Case{15, 0, 15}, Case{30, 0.5, 0.5}}) {
    testing::FakeClock clock;
    Scheduler scheduler(clock);
    scheduler.set_service("a", 1, c.fps_max);
    int accepted = 0;
    const double seconds = 60;
    for (int i = 0; i < c.camera_fps * seconds; ++i) {
      if (scheduler.offer(frame_of("a", 1)) != Scheduler::Offer::over_rate) {
        ++accepted;
        ASSERT_TRUE(scheduler.try_take()) << "what is within the rate is served at once";
        scheduler.release("a");
      }
      clock.advance(std::chrono::duration_cast<std::chrono::nanoseconds>(
          std::chrono::duration<double>(1 / c.camera_fps)));
    }
    EXPECT_NEAR(accepted / seconds, c.expected_fps, 0.02 * c.expected_fps + 0.02)
        << c.camera_fps << " fps under a limit of " << c.fps_max;
  }
}

TEST(Scheduler, ARateLimitDoesNotSaveUpEither) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  scheduler.set_service("a", 1, 1);
  scheduler.offer(frame_of("a", 1));
  clock.advance(60s);
  int accepted = 0;
  for (int i = 0; i < 10; ++i) {
    accepted += scheduler.offer(frame_of("a", 1)) != Scheduler::Offer::over_rate;
  }
  EXPECT_LE(accepted, 2) << "a burst after silence would take others' turns";
}

// Four devices offer four times what one session can do: the age of a frame when it is taken must
// stay flat, and below one frame interval.
TEST(Scheduler, AgeStaysFlatUnderOverload) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  const auto interval = 100ms;   // of each camera
  const auto inference = 100ms;  // so 10 of 40 frames a second are served
  core::SteadyTime::duration age_first{};
  core::SteadyTime::duration age_last{};
  for (int step = 0; step < 600; ++step) {
    for (int i = 0; i < 4; ++i) {
      const std::string device(1, static_cast<char>('a' + i));
      auto frame = frame_of(device, static_cast<uint64_t>(step));
      frame.received = clock.steady();
      scheduler.offer(std::move(frame));
      clock.advance(interval / 4);
    }
    const auto work = scheduler.try_take();
    ASSERT_TRUE(work);
    const auto age = clock.steady() - work->received;
    EXPECT_LE(age, interval);
    (step < 300 ? age_first : age_last) += age;
    clock.advance(inference - interval);
    scheduler.release(work->device);
  }
  EXPECT_LE(age_last, age_first + 300 * 1ms);
}

TEST(Scheduler, TakeWaitsForAFrameAndEndsOnStop) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  EXPECT_FALSE(scheduler.take(1ms, {}));
  std::jthread taker([&](const std::stop_token& stop) {
    EXPECT_EQ(scheduler.take(60s, stop)->device, "a");
    EXPECT_FALSE(scheduler.take(60s, stop)) << "stopped";
  });
  scheduler.offer(frame_of("a", 1));
  while (scheduler.waiting() > 0) std::this_thread::yield();
}

TEST(Scheduler, AForgottenDeviceHasNothingWaiting) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  scheduler.offer(frame_of("a", 1));
  scheduler.forget("a");
  EXPECT_FALSE(scheduler.try_take());
}

// Three whose pictures decode in 1 ms, and one whose take 200, on an engine that takes 10.
TEST(Scheduler, WhatAFrameCostsAboveItsInferenceIsItsOwnDevicesLoss) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  std::map<std::string, double> spent;
  double now_ms = 0;
  for (uint64_t i = 1; now_ms < 60'000; ++i) {
    for (const char* device : {"a", "b", "c", "dear"}) scheduler.offer(frame_of(device, i));
    const auto work = scheduler.try_take();
    ASSERT_TRUE(work);
    const double decode_ms = work->device == "dear" ? 200 : 1;
    scheduler.release(work->device, {decode_ms, 10});
    spent[work->device] += decode_ms + 10;
    now_ms += decode_ms + 10;
  }
  for (const char* device : {"a", "b", "c"}) EXPECT_NEAR(spent[device], 15'000, 600) << device;
  EXPECT_NEAR(spent["dear"], 15'000, 600) << "a quarter of the time, not of the frames";
  EXPECT_NEAR(scheduler.usual_ms("a"), 10, 1e-6);
}

TEST(Scheduler, WhatIsDecodedElsewhereIsChargedAndTheDebtHasAnEnd) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  const auto serve = [&](uint64_t i) {
    for (const char* device : {"a", "video"}) scheduler.offer(frame_of(device, i));
    const auto work = scheduler.try_take();
    scheduler.release(work->device, {0, 10});
    return work->device;
  };
  std::map<std::string, int> served;
  for (uint64_t i = 1; i <= 900; ++i) {
    ++served[serve(i)];
    scheduler.charge("video", 10);  // of its own time
  }
  EXPECT_NEAR(served["video"], 0, 10) << "it uses more than its share outside";
  for (uint64_t i = 0; i < 10'000; ++i) scheduler.charge("video", 1000);
  served.clear();
  for (uint64_t i = 1000; i < 1500; ++i) ++served[serve(i)];
  EXPECT_GT(served["video"], 100) << "after some seconds it has its turns again";
}

TEST(Scheduler, OneThatIsGoneIsForgottenThoughItsFrameIsInWork) {
  testing::FakeClock clock;
  Scheduler scheduler(clock);
  scheduler.offer(frame_of("a", 1));
  ASSERT_TRUE(scheduler.try_take());
  scheduler.release("a", {0, 10});
  EXPECT_EQ(scheduler.usual_ms("a"), 10);
  scheduler.offer(frame_of("a", 2));
  ASSERT_TRUE(scheduler.try_take());
  scheduler.offer(frame_of("a", 3));
  scheduler.remove("a");
  EXPECT_EQ(scheduler.waiting(), 0u);
  scheduler.release("a", {0, 10});
  EXPECT_EQ(scheduler.usual_ms("a"), 0) << "nothing is left of it";
}

}  // namespace
}  // namespace fovea::site
