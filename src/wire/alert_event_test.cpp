#include "wire/alert_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "testing/json.h"

namespace fovea::wire {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Alert make_alert() {
  Alert alert;
  alert.stream = {"plant", "hall"};
  alert.rule = "danger";
  alert.time = *core::parse_rfc3339("2026-11-24T06:11:56.123456Z");
  alert.since = alert.time - 500ms;
  alert.frame_sequence = 417;
  alert.subject = "person";
  alert.measure = "share";
  alert.value = 0.023;
  alert.limit = 0.01;
  alert.text = "person covers 2.3 % of the zone";
  return alert;
}

TEST(AlertEvent, IsACloudEventThatIsReadAsItWasWritten) {
  const Alert alert = make_alert();
  const Event event = make_alert_event(alert);
  EXPECT_TRUE(check_event(event));
  EXPECT_EQ(event.topic.name(), "fovea.plant.hall.alert");
  EXPECT_EQ(event.attributes.at("type"), "fovea.alert.v1");
  EXPECT_EQ(event.attributes.at("rule"), "danger");
  EXPECT_EQ(event.attributes.at("time"), "2026-11-24T06:11:56.123456Z");
  const auto read = parse_alert_event(event);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->stream, alert.stream);
  EXPECT_EQ(read->rule, alert.rule);
  EXPECT_EQ(read->state, alert.state);
  EXPECT_EQ(read->time, alert.time);
  EXPECT_EQ(read->time_source, TimeSource::camera);
  EXPECT_EQ(read->since, alert.since);
  EXPECT_EQ(read->frame_sequence, alert.frame_sequence);
  EXPECT_EQ(read->value, alert.value);
  EXPECT_EQ(read->limit, alert.limit);
  EXPECT_EQ(to_json(*read), to_json(alert));
}

TEST(AlertEvent, TwoRulesAndTwoStatesOfOneFrameHaveIdsOfTheirOwn) {
  Alert alert = make_alert();
  const std::string first = make_alert_event(alert).attributes.at("id");
  alert.rule = "crowd";
  const std::string second = make_alert_event(alert).attributes.at("id");
  alert.state = AlertState::ended;
  const std::string third = make_alert_event(alert).attributes.at("id");
  EXPECT_NE(first, second);
  EXPECT_NE(second, third);
}

TEST(AlertEvent, WhatIsWrongIsNamed) {
  struct Case {
    const char* member;
    core::Json value;
  };
  const Case cases[] = {
      {"rule", "a b"},      {"state", "maybe"}, {"time", "yesterday"}, {"since", 5},
      {"frameseq", -1},     {"value", "much"},  {"limit", nullptr},    {"device", "x.y"},
      {"subject", nullptr}, {"measure", 1},     {"text", false},
  };
  for (const Case& c : cases) {
    auto json = testing::json(to_json(make_alert()));
    json[c.member] = c.value;
    const auto wrong = parse_alert_json(json.dump());
    ASSERT_FALSE(wrong) << c.member;
    EXPECT_THAT(wrong.error().message, HasSubstr(c.member));
    json.erase(c.member);
    EXPECT_FALSE(parse_alert_json(json.dump())) << c.member;
  }
  EXPECT_FALSE(parse_alert_json("[]"));
  // A newer publisher may say more.
  auto more = testing::json(to_json(make_alert()));
  more["severity"] = "high";
  EXPECT_TRUE(parse_alert_json(more.dump()));
}

TEST(AlertEvent, SaysWhoseClockItsTimesAreOf) {
  Alert alert = make_alert();
  alert.time_source = TimeSource::site;
  auto json = testing::json(to_json(alert));
  EXPECT_EQ(json["time_source"], "site");
  EXPECT_EQ(parse_alert_json(json.dump())->time_source, TimeSource::site);
  json["time_source"] = "moon";
  EXPECT_THAT(parse_alert_json(json.dump()).error().message, HasSubstr("time_source"));
  json.erase("time_source");
  EXPECT_EQ(parse_alert_json(json.dump())->time_source, TimeSource::camera) << "an older site's";
}

TEST(AlertEvent, AForeignTopicIsRefused) {
  Event event = make_alert_event(make_alert());
  event.topic.device = "yard";
  EXPECT_FALSE(parse_alert_event(event));
  event.topic.kind = Kind::result;
  EXPECT_FALSE(parse_alert_event(event));
}

}  // namespace
}  // namespace fovea::wire
