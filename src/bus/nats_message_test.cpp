#include "bus/nats_message.h"

#include <gtest/gtest.h>

namespace fovea::bus {
namespace {

TEST(NatsMessageTest, HeadersAreReadInAnyCase) {
  ASSERT_EQ(nats_Open(-1), NATS_OK);  // headers need the library's own threads
  for (const auto& [name, value, follows] :
       {std::tuple{"ce-keyframe", "false", true}, std::tuple{"Ce-Keyframe", "false", true},
        std::tuple{"CE-KEYFRAME", "true", false}, std::tuple{"ce-keyframes", "false", false}}) {
    natsMsg* raw = nullptr;
    ASSERT_EQ(natsMsg_Create(&raw, "fovea.a.b.frame", nullptr, "12345", 5), NATS_OK);
    const NatsMessage message(raw, &natsMsg_Destroy);
    ASSERT_EQ(natsMsgHeader_Set(raw, name, value), NATS_OK);
    const auto glance = glance_at(raw);
    EXPECT_EQ(glance.follows, follows) << name << ": " << value;
    EXPECT_EQ(glance.bytes, 5 + std::string(name).size() + std::string(value).size());
  }
}

}  // namespace
}  // namespace fovea::bus
