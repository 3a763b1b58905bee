#include "bus/receiver.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "testing/fake_clock.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"
#include "wire/result_event.h"

namespace fovea::bus {
namespace {

using namespace std::chrono_literals;
using testing::wait_until;

class ReceiverTest : public ::testing::Test {
 protected:
  std::unique_ptr<Receiver> receiver(std::optional<wire::Kind> kind) {
    return std::make_unique<Receiver>(
        wire::TopicFilter{"plant", {}, kind}, Delivery::ordered,
        [this](const wire::Event& event, const Reply&) {
          std::lock_guard lock(mutex_);
          ++seen_[event.topic.device];
        },
        core::Context{test_context_.context().log, clock_, test_context_.metrics()});
  }
  static Parcel status(const std::string& device) {
    const auto event =
        std::make_shared<wire::Event>(wire::make_status_event({{"plant", device}, {}, "live"}));
    Parcel parcel;
    parcel.topic = event->topic.name();
    parcel.open = [event](wire::Event& opened) {
      opened = *event;
      return std::optional<wire::Fault>();
    };
    return parcel;
  }
  int seen(const std::string& device) {
    std::lock_guard lock(mutex_);
    return seen_[device];
  }

  testing::FakeClock clock_;
  testing::TestContext test_context_;
  std::mutex mutex_;  // guards seen_
  std::map<std::string, int> seen_;
};

// A device that sends its status ten thousand times a second.
TEST_F(ReceiverTest, AFloodOfStatusesIsDroppedBeforeAnybodyLooksIntoIt) {
  const auto statuses = receiver(wire::Kind::status);
  for (int i = 0; i < 10'000; ++i) {
    clock_.advance(100us);
    statuses->offer(status("flood"));
    if (i % 2000 == 0) statuses->offer(status("honest"));
  }
  ASSERT_TRUE(wait_until([&] { return seen("honest") == 5; }));
  ASSERT_TRUE(wait_until([&] { return statuses->delivered() + statuses->dropped() == 10'005; }));
  EXPECT_NEAR(seen("flood"), 600, 2) << "500 at once, 100 in a second";
  EXPECT_EQ(test_context_.value("fovea_bus_dropped_total", {{"place", "flood"}}),
            10'000 - seen("flood"));
  const int before = seen("flood");
  clock_.advance(1s);
  statuses->offer(status("flood"));
  EXPECT_TRUE(wait_until([&] { return seen("flood") == before + 1; }))
      << "what is said later counts again";
}

TEST_F(ReceiverTest, NothingElseIsHeldBack) {
  const auto all = receiver(std::nullopt);
  for (int i = 0; i < 1000; ++i) all->offer(status("yard"));
  EXPECT_TRUE(wait_until([&] { return seen("yard") == 1000; }));
}

}  // namespace
}  // namespace fovea::bus
