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

TEST(Mailbox, OneThatIsLargerThanAllIsKeptAlone) {
  Mailbox mailbox(Delivery::newest);
  EXPECT_EQ(mailbox.push(parcel("a", 1)), 0u);
  EXPECT_EQ(mailbox.push(parcel("b", 1)), 0u);
  EXPECT_EQ(mailbox.push(parcel("b", 2 * core::limits::queue_bytes_max)), 2u);
  EXPECT_EQ(mailbox.size(), 1u);
}

}  // namespace
}  // namespace fovea::bus
