#include "site/gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>

#include "codec/jpeg.h"
#include "core/thread.h"
#include "testing/fake_clock.h"
#include "testing/fake_model.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using testing::wait_until;

constexpr core::Size size{320, 180};
constexpr auto period = 66ms;

// A room with a box somewhere in it.
core::Buffer room(int box_x = -1) {
  core::Bytes pixels;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const bool in_box = box_x >= 0 && x >= box_x && x < box_x + 32 && y >= 80 && y < 140;
      pixels.push_back(static_cast<uint8_t>(in_box ? 230 : 60 + (x / 40 + y / 30) % 3 * 30));
    }
  }
  const core::Image image{core::PixelFormat::gray8, size, std::move(pixels)};
  return *codec::JpegEncoder().encode(image, 85);
}

// Gate, scheduler and devices with a clock of the test's; the test is the session and publisher.
class GateTest : public ::testing::Test {
 protected:
  GateTest() {
    devices_.expect("yard");
    devices_.set_model("yard", served_);
  }

  enum class Outcome { passed, repeated, neither };

  // The next frame comes, `period` after the last. Neither: it waits in the gate.
  Outcome offer(const core::Buffer& jpeg, Outcome expected) {
    clock_.advance(period);
    auto frame = std::make_shared<core::EncodedFrame>();
    frame->sequence = ++sequence_;
    frame->size = size;
    frame->captured = clock_.now();
    frame->data = jpeg;
    Work work;
    work.device = "yard";
    work.frame = frame;
    work.received = clock_.steady();
    const size_t repeats_before = repeats();
    gate_.offer(std::move(work));
    const auto outcome = [&] {
      if (scheduler_.waiting() > 0) return Outcome::passed;
      return repeats() > repeats_before ? Outcome::repeated : Outcome::neither;
    };
    wait_until([&] { return outcome() == expected; });
    return outcome();
  }
  // The session's turn.
  Work take() {
    auto work = scheduler_.try_take();
    EXPECT_TRUE(work);
    return std::move(*work);
  }
  void finish(Work work) {
    auto result = std::make_shared<DeviceResult>();
    result->result.frame_sequence = work.frame->sequence;
    result->result.captured = work.frame->captured;
    result->result.boxes = {{"thing", 1, {10, 20, 30, 40}}};
    const std::string device = work.device;
    gate_.on_inferred(Inferred{std::move(work), served_, {}, 0, 0}, result);
    scheduler_.release(device);
  }
  void infer() { finish(take()); }

  void learn(const core::Buffer& jpeg) {
    for (int i = 0; i <= ChangeDetector::learning_pictures; ++i) {
      ASSERT_EQ(offer(jpeg, Outcome::passed), Outcome::passed) << "learning, frame " << i;
      infer();
    }
  }

  size_t repeats() {
    std::lock_guard lock(mutex_);
    return repeated_.size();
  }

  testing::FakeClock clock_;
  testing::TestContext test_context_;
  core::Context context_{test_context_.context().log, clock_, test_context_.metrics()};
  const ServedPtr served_ = std::make_shared<ServedModel>(ServedModel{
      "fake", std::make_shared<testing::FakeModel>(testing::FakeModelPlan{}), nullptr});
  uint64_t sequence_ = 0;
  std::mutex mutex_;  // guards repeated_
  std::vector<Repeated> repeated_;
  Devices devices_{context_, {}};
  Scheduler scheduler_{clock_};
  Gate gate_{devices_, scheduler_,
             [this](Repeated repeated) {
               std::lock_guard lock(mutex_);
               repeated_.push_back(std::move(repeated));
             },
             context_};
};

TEST_F(GateTest, AnUnchangedFrameRepeatsTheLastResultWithItsAge) {
  learn(room());
  const uint64_t inferred = sequence_;
  for (int i = 1; i <= 5; ++i) {
    ASSERT_EQ(offer(room(), Outcome::repeated), Outcome::repeated);
  }
  const auto result = make_repeated_result(repeated_.back());
  EXPECT_FALSE(result.inferred);
  EXPECT_EQ(result.frame_sequence, inferred + 5);
  ASSERT_TRUE(result.repeats);
  EXPECT_NEAR(result.repeats->age_ms, 5 * core::milliseconds(period), 1);
  EXPECT_EQ(result.boxes.at(0).label, "thing");
  EXPECT_EQ(result.timings.infer, 0);
}

TEST_F(GateTest, AChangeIsSeenAtOnceAndGoesOnUntilItIsOver) {
  learn(room());
  ASSERT_EQ(offer(room(), Outcome::repeated), Outcome::repeated);
  for (int x = 0; x < 200; x += 20) {
    ASSERT_EQ(offer(room(x), Outcome::passed), Outcome::passed) << "the box at " << x;
    infer();
  }
  EXPECT_EQ(offer(room(180), Outcome::repeated), Outcome::repeated) << "it has stopped";
}

TEST_F(GateTest, IsForcedBeforeAResultIsOlderThanItsLimit) {
  learn(room());
  int repeated = 0;
  for (int i = 0; i < 100; ++i) {
    const bool due = (repeated + 2) * period > Gate::repeat_max;
    const auto expected = due ? Outcome::passed : Outcome::repeated;
    ASSERT_EQ(offer(room(), expected), expected) << i;
    if (due) {
      infer();
      repeated = 0;
    } else {
      ++repeated;
    }
  }
  for (const auto& one : repeated_) {
    EXPECT_LE(make_repeated_result(one).repeats->age_ms, core::milliseconds(Gate::repeat_max));
  }
}

// Steps too small to be seen one by one must not add up unseen.
TEST_F(GateTest, ASlowDriftIsSeenAgainstTheLastInferredFrame) {
  learn(room(100));
  int inferred = 0;
  int drifted = 0;  // pixels since the last inference
  for (int x = 101; x < 180; ++x) {
    clock_.advance(-period);  // no time passes: nothing is forced
    const auto outcome = offer(room(x), x - 100 - drifted >= 8 ? Outcome::passed : Outcome::neither);
    if (outcome != Outcome::passed) continue;
    infer();
    drifted = x - 100;
    ++inferred;
  }
  EXPECT_GE(inferred, 8) << "79 pixels in steps of one";
}

TEST_F(GateTest, WhatComesWhileAnotherIsInferredWaitsForItsResult) {
  learn(room());
  ASSERT_EQ(offer(room(60), Outcome::passed), Outcome::passed);
  Work slow = take();
  ASSERT_EQ(offer(room(), Outcome::neither), Outcome::neither) << "as before the change";
  ASSERT_EQ(offer(room(), Outcome::neither), Outcome::neither) << "replaces the one that waits";
  EXPECT_TRUE(wait_until([&] {
    return test_context_.value("fovea_frames_dropped_total", {{"where", "queue"}}) == 1;
  }));
  EXPECT_EQ(repeats(), 0u);
  finish(std::move(slow));  // against this one it has changed
  EXPECT_TRUE(wait_until([&] { return scheduler_.waiting() == 1; }));
  EXPECT_EQ(take().frame->sequence, sequence_);
}

TEST_F(GateTest, AFailedInferenceFreesWhatWaits) {
  learn(room());
  ASSERT_EQ(offer(room(60), Outcome::passed), Outcome::passed);
  const Work failed = take();
  gate_.on_failed(failed);
  scheduler_.release("yard");
  EXPECT_EQ(offer(room(), Outcome::repeated), Outcome::repeated);
}

TEST_F(GateTest, AnotherModelIsAskedAtOnce) {
  learn(room());
  devices_.set_model("yard", std::make_shared<ServedModel>(*served_));
  EXPECT_EQ(offer(room(), Outcome::passed), Outcome::passed);
}

TEST_F(GateTest, SwitchedOffEverythingPassesAndSwitchedOnItLearnsAnew) {
  learn(room());
  gate_.set_enabled("yard", false);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(offer(room(), Outcome::passed), Outcome::passed);
    infer();
  }
  gate_.set_enabled("yard", true);
  learn(room());
  EXPECT_EQ(offer(room(), Outcome::repeated), Outcome::repeated);
}

TEST_F(GateTest, WhatIsNoPictureIsLeftToTheSession) {
  learn(room());
  EXPECT_EQ(offer(core::Buffer(std::string("no JPEG")), Outcome::passed), Outcome::passed);
}

}  // namespace
}  // namespace fovea::site
