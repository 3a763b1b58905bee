#include "wire/command_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::wire {
namespace {

using ::testing::HasSubstr;

Command make_command() {
  return {{"plant", "hall"}, *core::parse_rfc3339("2026-11-24T06:11:56.123456Z"), command_keyframe};
}

TEST(CommandEvent, IsACloudEventThatIsReadAsItWasWritten) {
  const Event event = make_command_event(make_command());
  EXPECT_TRUE(check_event(event));
  EXPECT_EQ(event.topic.name(), "fovea.plant.hall.command");
  EXPECT_EQ(event.attributes.at("type"), "fovea.command.v1");
  const auto read = parse_command_event(event);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->stream, make_command().stream);
  EXPECT_EQ(read->time, make_command().time);
  EXPECT_EQ(read->word, "keyframe");
}

TEST(CommandEvent, WhatIsWrongIsNamed) {
  const auto refusal = [](const char* json) {
    Event event = make_command_event(make_command());
    event.payload = core::Buffer(std::string(json));
    const auto parsed = parse_command_event(event);
    return parsed ? std::string("accepted") : parsed.error().message;
  };
  EXPECT_THAT(refusal(R"({"site":"plant","device":"hall","time":"2026-11-24T06:11:56Z"})"),
              HasSubstr("command"));
  EXPECT_THAT(
      refusal(
          R"({"site":"plant","device":"hall","time":"2026-11-24T06:11:56Z","command":"rm -rf"})"),
      HasSubstr("not a valid name"));
  EXPECT_THAT(
      refusal(
          R"({"site":"plant","device":"yard","time":"2026-11-24T06:11:56Z","command":"keyframe"})"),
      HasSubstr("device"));
  EXPECT_NE(refusal("keyframe"), "accepted");
}

}  // namespace
}  // namespace fovea::wire
