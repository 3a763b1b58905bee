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

constexpr core::Size watched_size{320, 180};
constexpr auto period = 66ms;

// A room with a box somewhere in it.
core::Buffer room(int box_x = -1, int contrast = 110) {
  core::Bytes pixels;
  for (int y = 0; y < watched_size.height; ++y) {
    for (int x = 0; x < watched_size.width; ++x) {
      const bool in_box = box_x >= 0 && x >= box_x && x < box_x + 32 && y >= 80 && y < 140;
      const int level = 60 + (x / 40 + y / 30) % 3 * 30;
      pixels.push_back(static_cast<uint8_t>(in_box ? level + contrast : level));
    }
  }
  const core::Image image{core::PixelFormat::gray8, watched_size, std::move(pixels)};
  return *codec::JpegEncoder().encode(image, 85);
}

// One that was decoded, of which nobody can make a thumbnail.
class NoPicture final : public codec::VideoPicture {
 public:
  core::Size size() const override { return watched_size; }
  core::Result<core::Image> image(core::Size, core::PixelFormat) const override {
    return core::Error{core::Code::internal, "nothing there"};
  }
};

// Gate, scheduler and devices with a clock of the test's; the test is the session and publisher.
class GateTest : public ::testing::Test {
 protected:
  GateTest() {
    devices_.expect("yard");
    devices_.set_model("yard", served_);
  }

  enum class Outcome { passed, repeated, neither };

  // The next frame comes, `after` the last.
  void send(const core::Buffer& jpeg, std::chrono::milliseconds after = period) {
    clock_.advance(after);
    auto frame = std::make_shared<core::EncodedFrame>(clock_.now(), ++sequence_);
    frame->size = watched_size;
    frame->data = jpeg;
    Work work;
    work.device = "yard";
    work.frame = frame;
    work.received = clock_.steady();
    gate_.offer(std::move(work));
  }
  Outcome offer(const core::Buffer& jpeg, std::chrono::milliseconds after = period) {
    const size_t repeats_before = repeats();
    send(jpeg, after);
    Outcome outcome = Outcome::neither;
    wait_until([&] {
      if (scheduler_.waiting() > 0) outcome = Outcome::passed;
      if (repeats() > repeats_before) outcome = Outcome::repeated;
      return outcome != Outcome::neither;
    });
    return outcome;
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
    for (int i = 0; i < codec::ChangeDetector::learning_pictures; ++i) {
      ASSERT_EQ(offer(jpeg), Outcome::passed) << "learning, frame " << i;
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
  const ServedPtr served_ = std::make_shared<ServedModel>(
      ServedModel{"fake", std::make_shared<testing::FakeModel>(testing::FakeModelPlan{}), nullptr});
  uint64_t sequence_ = 0;
  std::mutex mutex_;  // guards repeated_
  std::vector<Repeated> repeated_;
  std::vector<Work> beside_;  // of the test's thread: it offers
  Devices devices_{context_, {}};
  Scheduler scheduler_{clock_};
  Gate gate_{devices_, scheduler_,
             [this](Repeated repeated) {
               std::lock_guard lock(mutex_);
               repeated_.push_back(std::move(repeated));
             },
             [this](Work work) { beside_.push_back(std::move(work)); }, context_};
};

TEST_F(GateTest, AnUnchangedFrameRepeatsTheLastResultWithItsAge) {
  learn(room());
  const uint64_t inferred = sequence_;
  for (int i = 1; i <= 5; ++i) {
    ASSERT_EQ(offer(room()), Outcome::repeated);
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
  ASSERT_EQ(offer(room()), Outcome::repeated);
  for (int x = 0; x < 200; x += 20) {
    ASSERT_EQ(offer(room(x)), Outcome::passed) << "the box at " << x;
    infer();
  }
  EXPECT_EQ(offer(room(180)), Outcome::repeated) << "it has stopped";
}

TEST_F(GateTest, IsForcedBeforeAResultIsOlderThanItsLimit) {
  learn(room());
  int repeated = 0;
  for (int i = 0; i < 100; ++i) {
    const bool due = (repeated + 2) * period > Gate::repeat_max;
    const auto expected = due ? Outcome::passed : Outcome::repeated;
    ASSERT_EQ(offer(room()), expected) << i;
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
  constexpr int faint = 24;
  learn(room(100, faint));
  int inferred = 0;
  int unseen = 0;  // pixels since the last inference
  for (int x = 101; x < 180; ++x) {
    if (offer(room(x, faint), 1ms) != Outcome::passed) {  // so soon that none is forced
      EXPECT_LT(++unseen, 8) << "pixels";
      continue;
    }
    infer();
    unseen = 0;
    ++inferred;
  }
  EXPECT_GE(inferred, 8) << "79 pixels in steps of one";
  EXPECT_LT(inferred, 79) << "one step is too small to be seen";
}

TEST_F(GateTest, WhatComesWhileAnotherIsInferredWaitsForItsResult) {
  learn(room());
  ASSERT_EQ(offer(room(60)), Outcome::passed);
  Work slow = take();
  send(room());  // as before the change: nothing new against the last that was inferred
  send(room());  // replaces the one that waits
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
  ASSERT_EQ(offer(room(60)), Outcome::passed);
  const Work failed = take();
  gate_.on_failed(failed);
  scheduler_.release("yard");
  EXPECT_EQ(offer(room()), Outcome::repeated);
}

TEST_F(GateTest, AnotherModelIsAskedAtOnce) {
  learn(room());
  devices_.set_model("yard", std::make_shared<ServedModel>(*served_));
  EXPECT_EQ(offer(room()), Outcome::passed);
}

TEST_F(GateTest, SwitchedOffEverythingPassesAndSwitchedOnItLearnsAnew) {
  learn(room());
  gate_.set_enabled("yard", false);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(offer(room()), Outcome::passed);
    infer();
  }
  gate_.set_enabled("yard", true);
  learn(room());
  EXPECT_EQ(offer(room()), Outcome::repeated);
}

TEST_F(GateTest, WhatIsNoPictureIsLeftToTheSession) {
  learn(room());
  EXPECT_EQ(offer(core::Buffer(std::string("no JPEG"))), Outcome::passed);
}

// A device that is away, or has another model, must not keep the old one in memory.
TEST_F(GateTest, AReplacedModelIsLetGo) {
  auto model = std::make_shared<testing::FakeModel>(testing::FakeModelPlan{});
  const std::weak_ptr<const infer::LoadedModel> watched = model;
  auto served = std::make_shared<const ServedModel>(ServedModel{"old", std::move(model), nullptr});
  devices_.set_model("yard", served);
  ASSERT_EQ(offer(room()), Outcome::passed);
  auto work = take();
  auto result = std::make_shared<DeviceResult>();
  result->result.frame_sequence = work.frame->sequence;
  gate_.on_inferred(Inferred{std::move(work), std::move(served), {}, 0, 0}, result);
  scheduler_.release("yard");
  EXPECT_FALSE(watched.expired());
  devices_.set_model("yard", served_);
  EXPECT_TRUE(wait_until([&] { return watched.expired(); })) << "the gate's reference is weak";
  EXPECT_EQ(offer(room()), Outcome::passed) << "the result is another model's";
}

TEST_F(GateTest, NothingIsLeftOfOneThatIsGone) {
  learn(room());
  ASSERT_EQ(offer(room()), Outcome::repeated);
  EXPECT_EQ(gate_.devices(), 1u);
  gate_.forget("yard");
  EXPECT_TRUE(wait_until([&] { return gate_.devices() == 0; }));
  EXPECT_EQ(offer(room()), Outcome::passed) << "it is new again";
  infer();
  gate_.forget("yard");
  gate_.set_enabled("yard", true);
  EXPECT_EQ(offer(room()), Outcome::passed);
  EXPECT_EQ(gate_.devices(), 1u) << "it was found again at once";
}

TEST_F(GateTest, WhatTakesLongToDecodeIsDoneBesideAndKeepsItsOrder) {
  const core::Size wide{2600, 1700};
  const core::Image image{core::PixelFormat::gray8, wide, core::Bytes(2600 * 1700, 99)};
  send(*codec::JpegEncoder().encode(image, 80));
  EXPECT_TRUE(beside_.empty()) << "what the frame says of itself counts, not its bytes";
  const auto costly = [&] {
    clock_.advance(period);
    auto frame = std::make_shared<core::EncodedFrame>(clock_.now(), ++sequence_);
    frame->size = wide;
    frame->data = room();
    Work work;
    work.device = "yard";
    work.frame = frame;
    work.received = clock_.steady();
    gate_.offer(std::move(work));
  };
  ASSERT_TRUE(wait_until([&] { return scheduler_.waiting() > 0; }));
  infer();
  costly();
  ASSERT_EQ(beside_.size(), 1u);
  ASSERT_EQ(offer(room()), Outcome::passed);
  infer();
  beside_[0].picture = std::make_shared<NoPicture>();
  gate_.offer(beside_[0]);
  EXPECT_EQ(scheduler_.waiting(), 0u) << "a newer one has overtaken it";
  EXPECT_EQ(test_context_.value("fovea_frames_dropped_total", {{"where", "queue"}}), 1);
  costly();
  beside_[1].picture = std::make_shared<NoPicture>();
  gate_.offer(beside_[1]);
  EXPECT_TRUE(wait_until([&] { return scheduler_.waiting() == 1; })) << "decoded: it goes on";
}

}  // namespace
}  // namespace fovea::site
