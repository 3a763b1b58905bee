#include "stream/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stream/operator_fixture.h"
#include "testing/test_context.h"

namespace fovea::stream {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PipelineTest : public ::testing::Test {
 protected:
  static Rule make_rule(const std::string& threshold = "{above: 0.3, for_s: 1}") {
    const auto step = [](const std::string& name, const std::string& parameters) {
      return Rule::Step{find_operator(name), make_plan(name, parameters)};
    };
    Rule rule;
    rule.name = "danger";
    rule.device = "hall";
    rule.operators = {step("zone", "{polygon: [[0, 0], [1, 0], [1, 1], [0, 1]], class: person}"),
                      step("threshold", threshold), step("dedupe", "{within_s: 5}")};
    rule.sinks = {"timeline"};
    return rule;
  }

  testing::TestContext context_;
};

TEST_F(PipelineTest, TurnsResultsIntoAlertsOfItsName) {
  Pipeline pipeline(make_rule(), context_.metrics());
  EXPECT_THAT(pipeline.take(seen(0, 0, 4)), IsEmpty());
  EXPECT_FALSE(pipeline.status().raised);
  const auto alerts = pipeline.take(seen(1, 0, 4));
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].rule, "danger");
  EXPECT_EQ(alerts[0].stream.device, "hall");
  EXPECT_EQ(alerts[0].since, at(0));
  EXPECT_EQ(alerts[0].frame_sequence, 101u);
  EXPECT_EQ(pipeline.status().raised, at(0));
  EXPECT_EQ(pipeline.status().measured->value, 0.5);
  EXPECT_EQ(pipeline.status().alerts, 1u);
  EXPECT_THAT(pipeline.take(seen(2, 0, 0)), SizeIs(1));
  EXPECT_FALSE(pipeline.status().raised);
  pipeline.take(seen(3, 0, 4));
  EXPECT_THAT(pipeline.take(seen(4, 0, 4)), IsEmpty()) << "within 5 s";
  EXPECT_TRUE(pipeline.status().raised) << "it is, though nobody is told again";
  EXPECT_EQ(context_.value("fovea_alerts_total", {{"device", "hall"}, {"state", "raised"}}), 1);
  EXPECT_EQ(context_.value("fovea_stream_ended_total", {{"operator", "dedupe"}}), 1);
}

TEST_F(PipelineTest, WhatComesLateIsDropped) {
  Pipeline pipeline(make_rule("{above: 0.3}"), context_.metrics());
  EXPECT_THAT(pipeline.take(seen(10, 0, 0)), IsEmpty());
  EXPECT_THAT(pipeline.take(seen(9, 0, 8)), IsEmpty());
  EXPECT_EQ(context_.value("fovea_stream_late_total", {{"effect", "dropped"}}), 1);
  EXPECT_THAT(pipeline.take(seen(10, 0, 8)), SizeIs(1)) << "the same time is not late";
}

TEST_F(PipelineTest, AClockThatWasSetBackBeginsAnew) {
  Pipeline pipeline(make_rule(), context_.metrics());
  pipeline.take(seen(1000, 0, 8));
  EXPECT_THAT(pipeline.take(seen(1001, 0, 8)), SizeIs(1));
  EXPECT_THAT(pipeline.take(seen(10, 0, 8)), IsEmpty());
  EXPECT_FALSE(pipeline.status().raised);
  EXPECT_THAT(pipeline.take(seen(11, 0, 8)), SizeIs(1));
  EXPECT_EQ(pipeline.status().alerts, 2u);
  EXPECT_EQ(context_.value("fovea_stream_late_total", {{"effect", "restarted"}}), 1);
}

TEST_F(PipelineTest, AClockThatIsCorrectedBySecondsBlindsNoRule) {
  Pipeline pipeline(make_rule(), context_.metrics());
  pipeline.take(seen(100, 0, 0));
  EXPECT_THAT(pipeline.take(seen(95, 0, 8)), IsEmpty());
  EXPECT_THAT(pipeline.take(seen(96, 0, 8)), SizeIs(1));
}

TEST_F(PipelineTest, AnotherClockBeginsAnewAndMarksTheAlert) {
  const auto arrived = [](double seconds) {
    Item item = observed(seconds, 0, 8);
    item.time_source = wire::TimeSource::site;
    return item;
  };
  Pipeline pipeline(make_rule(), context_.metrics());
  pipeline.take(seen(0, 0, 8));
  EXPECT_THAT(pipeline.take(arrived(1.5)), IsEmpty()) << "a duration is of one clock";
  Pipeline restarted(make_rule(), context_.metrics());
  ASSERT_TRUE(restarted.restore(pipeline.snapshot()));
  const auto alerts = restarted.take(arrived(2.5));
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].time_source, wire::TimeSource::site);
  EXPECT_EQ(alerts[0].since, at(1.5));
  EXPECT_THAT(restarted.take(seen(3, 0, 8)), IsEmpty());
  const auto again = restarted.take(seen(4, 0, 8));
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].time_source, wire::TimeSource::camera);
  EXPECT_EQ(context_.value("fovea_stream_late_total", {{"effect", "restarted"}}), 2);
}

TEST_F(PipelineTest, SaysWhatItMissesUntilItIsThere) {
  Pipeline pipeline(make_rule(), context_.metrics());
  auto bare = std::make_shared<Observation>(*seen(1, 0, 0));
  bare->class_map = nullptr;
  pipeline.take(bare);
  EXPECT_THAT(pipeline.status().problem, HasSubstr("no class map"));
  pipeline.take(seen(2, 0, 0));
  EXPECT_EQ(pipeline.status().problem, "");
}

TEST_F(PipelineTest, GoesOnFromItsSnapshot) {
  Pipeline before(make_rule(), context_.metrics());
  before.take(seen(0, 0, 8));
  Pipeline after(make_rule(), context_.metrics());
  ASSERT_TRUE(after.restore(before.snapshot()));
  EXPECT_THAT(after.take(seen(1, 0, 8)), SizeIs(1));
  Pipeline raised(make_rule(), context_.metrics());
  ASSERT_TRUE(raised.restore(after.snapshot()));
  EXPECT_EQ(raised.status().raised, at(0));
  EXPECT_THAT(raised.take(seen(2, 0, 8)), IsEmpty()) << "it was said before";
  for (const char* wrong : {"", "{}", "[]", R"({"operators":["","",""]})",
                            R"({"operators":["","{}","{}"]})", R"({"operators":[1,2,3]})"}) {
    EXPECT_FALSE(after.restore(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace fovea::stream
