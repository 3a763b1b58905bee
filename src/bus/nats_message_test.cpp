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

std::string headers_with(const std::string& lines) { return "NATS/1.0\r\n" + lines + "\r\n"; }

TEST(NatsMessageTest, AGlanceReadsTheLinesAsTheyCame) {
  const std::string follower = headers_with("ce-id:1\r\nCe-KeyFrame:  false\r\nmore: x\r\n");
  EXPECT_TRUE(glance_at(follower, 7).follows);
  EXPECT_EQ(glance_at(follower, 7).bytes, 7 + follower.size());
  EXPECT_FALSE(glance_at(headers_with("ce-keyframe: true\r\n"), 0).follows);
  EXPECT_FALSE(glance_at(headers_with("xce-keyframe: false\r\nce-keyframe\r\n"), 0).follows);
  EXPECT_FALSE(glance_at(headers_with(""), 0).fault);
}

TEST(NatsMessageTest, MoreHeadersThanAnyEventHasAreAFaultAtOnce) {
  std::string lines;
  for (int i = 0; i < 128; ++i) lines += std::to_string(i) + ":x\r\n";
  EXPECT_FALSE(glance_at(headers_with(lines), 0).fault);
  EXPECT_TRUE(glance_at(headers_with(lines + "one:more\r\n"), 0).fault);
  EXPECT_TRUE(glance_at(headers_with("long:" + std::string(64u << 10, 'x') + "\r\n"), 0).fault);
}

}  // namespace
}  // namespace fovea::bus
