#include "stream/threshold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stream/operator_fixture.h"

namespace fovea::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "raised at 2.0" for each alert that these (time, value) give.
std::vector<std::string> run(const std::string& parameters,
                             const std::vector<std::pair<double, double>>& values) {
  const auto threshold = make_plan("threshold", parameters)->make();
  std::vector<std::string> said;
  for (const auto& [time, value] : values) {
    Collected output;
    threshold->take(0, measured(time, value), output);
    EXPECT_EQ(output.items.size() + output.ends.size(), 1u);
    for (const auto& item : output.items) {
      const auto& alert = std::get<wire::Alert>(item.content);
      said.push_back(std::string(wire::to_string(alert.state)) + " at " +
                     std::to_string((alert.time - at(0)).count() / 100'000) + " since " +
                     std::to_string((alert.since - at(0)).count() / 100'000));
    }
  }
  return said;
}

TEST(Threshold, IsRaisedAboveAndEndsNotAbove) {
  EXPECT_THAT(
      run("{above: 0.5}", {{1, 0.5}, {2, 0.51}, {3, 0.9}, {4, 0.5}, {5, 0.1}, {6, 0.7}}),
      ElementsAre("raised at 20 since 20", "ended at 40 since 20", "raised at 60 since 60"));
  EXPECT_THAT(run("{above: 0}", {{1, 0}, {2, 1}, {3, 2}, {4, 0}}),
              ElementsAre("raised at 20 since 20", "ended at 40 since 20"));
}

TEST(Threshold, HasHysteresis) {
  EXPECT_THAT(
      run("{above: 0.5, below: 0.2}",
          {{1, 0.6}, {2, 0.3}, {3, 0.6}, {4, 0.21}, {5, 0.2}, {6, 0.4}, {7, 0.6}}),
      ElementsAre("raised at 10 since 10", "ended at 50 since 10", "raised at 70 since 70"));
}

TEST(Threshold, WantsAMinimumDurationOfEventTime) {
  EXPECT_THAT(run("{above: 0.5, for_s: 1, clear_s: 0.5}", {{1, 0.6},
                                                           {1.5, 0.6},
                                                           {1.9, 0.1},
                                                           {2, 0.6},
                                                           {2.9, 0.6},
                                                           {3, 0.6},
                                                           {3.2, 0.1},
                                                           {3.4, 0.6},
                                                           {3.5, 0.1},
                                                           {3.9, 0.1},
                                                           {4, 0.1}}),
              ElementsAre("raised at 30 since 20", "ended at 40 since 20"));
}

TEST(Threshold, WhatWasNotSeenIsNotCounted) {
  EXPECT_THAT(run("{above: 0.5, for_s: 5}", {{0, 0.6}, {4, 0.6}, {15, 0.6}, {19, 0.6}, {20, 0.6}}),
              ElementsAre("raised at 200 since 150"));
  EXPECT_THAT(run("{above: 0.5, for_s: 5}", {{0, 0.6}, {100, 0.6}}), IsEmpty());
}

TEST(Threshold, SaysWhatHappened) {
  const auto threshold = make_plan("threshold", "{above: 0.01}")->make();
  Collected output;
  threshold->take(0, measured(1, 0.0234), output);
  threshold->take(0, measured(4.25, 0), output);
  ASSERT_EQ(output.items.size(), 2u);
  const auto& raised = std::get<wire::Alert>(output.items[0].content);
  EXPECT_EQ(raised.text, "person covers 2.3 % of the zone");
  EXPECT_EQ(raised.value, 0.0234);
  EXPECT_EQ(raised.limit, 0.01);
  EXPECT_EQ(raised.subject, "person");
  EXPECT_EQ(raised.frame_sequence, 7u);
  EXPECT_EQ(raised.stream.device, "hall");
  EXPECT_EQ(std::get<wire::Alert>(output.items[1].content).text, "over after 3.2 s");
}

TEST(Threshold, ParametersAreStrict) {
  EXPECT_EQ(problem_with("threshold", "{above: 1, below: 0.5, for_s: 1, clear_s: 2}"), "");
  EXPECT_THAT(problem_with("threshold", "{below: 1}"), HasSubstr("a threshold needs 'above'"));
  EXPECT_THAT(problem_with("threshold", "{above: 1, below: 2}"),
              HasSubstr("'p.below' must not be larger than 'above'"));
  EXPECT_THAT(problem_with("threshold", "{above: 1, for_s: -1}"), HasSubstr("'p.for_s' must be 0"));
  EXPECT_THAT(problem_with("threshold", "{above: 1, for: 1}"), HasSubstr("unknown key 'p.for'"));
}

}  // namespace
}  // namespace fovea::stream
