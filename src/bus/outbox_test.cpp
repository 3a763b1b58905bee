#include "bus/outbox.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "testing/test_context.h"

namespace fovea::bus {
namespace {

using namespace std::chrono_literals;
namespace limits = core::limits;

wire::Event sized_event(const std::string& id, size_t bytes = 10) {
  wire::Event event;
  event.topic = {"plant", "cam1", wire::Kind::mask};
  event.attributes["id"] = id;
  event.payload = core::Buffer(core::Bytes(bytes));
  return event;
}

class OutboxTest : public ::testing::Test {
 protected:
  std::string take_id() {
    auto item = outbox_.take(stop_.get_token());
    if (!item) return "";
    std::string id = item->event.attributes["id"];
    outbox_.sent(*item);
    return id;
  }

  testing::TestContext context_;
  std::stop_source stop_;
  Outbox outbox_{context_.context()};
  std::shared_ptr<Credit> credit_ = std::make_shared<Credit>(0);
};

TEST_F(OutboxTest, HoldsNoMoreThanTheLimitsWhileTheBrokerIsAway) {
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(outbox_.offer_ordered(sized_event("small")));
  EXPECT_EQ(outbox_.ordered_waiting(), limits::ordered_queue_capacity);
  const auto large = sized_event("large", 8u << 20);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(outbox_.offer_ordered(large));
    ASSERT_LE(outbox_.bytes_waiting(), limits::queue_bytes_max);
  }
  EXPECT_EQ(context_.value("fovea_bus_dropped_total", {{"place", "outbox"}}),
            5100.0 - double(outbox_.ordered_waiting()));
}

TEST_F(OutboxTest, PutsWhatFailedBackInFront) {
  outbox_.connect();
  ASSERT_TRUE(outbox_.offer_ordered(sized_event("1")));
  ASSERT_TRUE(outbox_.offer_ordered(sized_event("2")));
  auto item = outbox_.take(stop_.get_token());
  ASSERT_TRUE(item);
  outbox_.failed(std::move(*item));
  EXPECT_FALSE(outbox_.wait_until_empty(10ms));
  outbox_.connect();
  EXPECT_EQ(take_id(), "1");
  EXPECT_EQ(take_id(), "2");
  EXPECT_TRUE(outbox_.wait_until_empty(10ms));
}

TEST_F(OutboxTest, AFailureOfAnOldConnectionLeavesTheNewOneAlone) {
  outbox_.connect();
  ASSERT_TRUE(outbox_.offer_ordered(sized_event("1")));
  auto item = outbox_.take(stop_.get_token());
  ASSERT_TRUE(item);
  outbox_.disconnect();
  outbox_.connect();
  outbox_.failed(std::move(*item));
  EXPECT_EQ(take_id(), "1") << "still connected";
}

TEST_F(OutboxTest, TakesLiveFramesOnlyWithConnectionAndCredit) {
  EXPECT_EQ(outbox_.offer_live(sized_event("0"), credit_).error().code, core::Code::busy);
  outbox_.connect();
  for (int i = 0; i < limits::frames_in_flight_max; ++i) {
    ASSERT_TRUE(outbox_.offer_live(sized_event("x"), credit_));
  }
  EXPECT_EQ(outbox_.offer_live(sized_event("y"), credit_).error().code, core::Code::busy);
  EXPECT_EQ(take_id(), "x");
  EXPECT_EQ(*credit_, 2) << "sent, not acknowledged";
  Outbox::acknowledge(outbox_.take_unacknowledged(0ms, stop_.get_token()));
  EXPECT_EQ(*credit_, 1);
}

TEST_F(OutboxTest, ThrowsLiveFramesAwayWhenTheConnectionGoes) {
  outbox_.connect();
  ASSERT_TRUE(outbox_.offer_live(sized_event("sent"), credit_));
  EXPECT_EQ(take_id(), "sent");
  ASSERT_TRUE(outbox_.offer_live(sized_event("waiting"), credit_));
  outbox_.disconnect();
  EXPECT_EQ(*credit_, 0);
  EXPECT_TRUE(outbox_.take_unacknowledged(0ms, stop_.get_token()).empty());
  outbox_.connect();
  ASSERT_TRUE(outbox_.offer_live(sized_event("fresh"), credit_));
  EXPECT_EQ(take_id(), "fresh");
}

TEST_F(OutboxTest, AFrameSentOverAConnectionThatWentFreesItsCredit) {
  outbox_.connect();
  ASSERT_TRUE(outbox_.offer_live(sized_event("1"), credit_));
  auto item = outbox_.take(stop_.get_token());
  ASSERT_TRUE(item);
  outbox_.disconnect();
  outbox_.sent(*item);
  EXPECT_EQ(*credit_, 0);
}

}  // namespace
}  // namespace fovea::bus
