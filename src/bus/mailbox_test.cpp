#include "bus/mailbox.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace fovea::bus {
namespace {

Parcel parcel(const std::string& topic, size_t bytes) {
  Parcel made;
  made.topic = topic;
  made.bytes = bytes;
  return made;
}

TEST(Mailbox, ANewestThatIsLargerMakesRoomToo) {
  Mailbox mailbox(Delivery::newest);
  const size_t large = core::limits::queue_bytes_max / 4;
  for (int i = 0; i < 8; ++i) EXPECT_EQ(mailbox.push(parcel("cam" + std::to_string(i), 1)), 0u);
  size_t lost = 0;
  for (int i = 0; i < 8; ++i) lost += mailbox.push(parcel("cam" + std::to_string(i), large));
  EXPECT_LE(mailbox.bytes(), core::limits::queue_bytes_max);
  EXPECT_EQ(mailbox.size(), 4u);
  EXPECT_EQ(lost + mailbox.size(), 16u) << "each is either there or counted";
  EXPECT_EQ(mailbox.pop({})->topic, "cam4") << "the oldest made room";
}

TEST(Mailbox, OneThatIsLargerThanAllIsRefusedAndNobodyElsePays) {
  Mailbox mailbox(Delivery::newest);
  EXPECT_EQ(mailbox.push(parcel("a", 1)), 0u);
  EXPECT_EQ(mailbox.push(parcel("b", 1)), 0u);
  EXPECT_EQ(mailbox.push(parcel("b", 2 * core::limits::queue_bytes_max)), 2u);
  ASSERT_EQ(mailbox.size(), 1u);
  EXPECT_EQ(mailbox.pop({})->topic, "a");
}

// What an attacker with one account of its own can do: status at 10 kHz, and frames that claim to
// build on others.
TEST(Mailbox, AFloodOfOneTopicCostsNoOtherAnything) {
  Mailbox ordered(Delivery::ordered);
  EXPECT_EQ(ordered.push(parcel("honest", 100)), 0u);
  size_t lost = 0;
  for (int i = 0; i < 100'000; ++i) lost += ordered.push(parcel("flood", 300));
  EXPECT_EQ(ordered.push(parcel("honest", 100)), 1u) << "of the flood";
  EXPECT_EQ(lost, 100'000u - (core::limits::ordered_queue_capacity - 1));
  EXPECT_EQ(ordered.pop({})->topic, "honest");
  for (size_t i = 0; i + 2 < core::limits::ordered_queue_capacity; ++i) {
    EXPECT_EQ(ordered.pop({})->topic, "flood");
  }
  EXPECT_EQ(ordered.pop({})->topic, "honest");

  Mailbox newest(Delivery::newest);
  newest.push(parcel("honest", 100'000));
  for (int i = 0; i < 60; ++i) {
    Parcel large = parcel("flood", core::limits::frame_bytes_max);
    large.follows = i > 0;
    newest.push(std::move(large));
    EXPECT_LE(newest.bytes(), core::limits::queue_bytes_max);
  }
  EXPECT_EQ(newest.pop({})->topic, "honest");
}

TEST(Mailbox, WhereOneOfARowIsLostSoAreThoseThatBuildOnIt) {
  Mailbox mailbox(Delivery::newest);
  mailbox.push(parcel("video", core::limits::queue_bytes_max / 2));
  Parcel next = parcel("video", core::limits::queue_bytes_max / 2 + 1);
  next.follows = true;
  EXPECT_EQ(mailbox.push(std::move(next)), 2u);
  EXPECT_EQ(mailbox.size(), 0u) << "only the next key frame helps";
}

}  // namespace
}  // namespace fovea::bus
