#include "stream/away.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stream/operator_fixture.h"

namespace fovea::stream {
namespace {

using ::testing::HasSubstr;

class AwayTest : public ::testing::Test {
 protected:
  void start(const std::string& parameters) { running_ = make_plan("away", parameters)->make(); }
  // The alert that this makes of the moment, as "raised" or "ended"; empty: none.
  std::string look(double seconds, bool away) {
    output_.items.clear();
    running_->take(0, present(seconds, away), output_);
    if (output_.items.empty()) return "";
    return wire::to_string(alert().state);
  }
  const wire::Alert& alert() const { return std::get<wire::Alert>(output_.items.at(0).content); }

  std::unique_ptr<Operator> running_;
  Collected output_;
};

TEST_F(AwayTest, IsRaisedAfterAWhileAndEndedWhenTheDeviceIsBack) {
  start("{for_s: 3}");
  EXPECT_EQ(look(0, false), "");
  EXPECT_EQ(look(1, true), "");
  EXPECT_EQ(look(3.5, true), "");
  EXPECT_EQ(look(4, true), "raised");
  EXPECT_EQ(alert().stream.device, "hall");
  EXPECT_EQ(alert().time, at(4));
  EXPECT_EQ(alert().since, at(1));
  EXPECT_EQ(alert().frame_sequence, 7u);
  EXPECT_EQ(alert().subject, "away");
  EXPECT_EQ(alert().measure, "seconds");
  EXPECT_EQ(alert().value, 3);
  EXPECT_EQ(alert().limit, 3);
  EXPECT_EQ(alert().text, "away since 14:02");
  EXPECT_EQ(look(5, true), "") << "said once";
  EXPECT_EQ(look(8, false), "ended");
  EXPECT_EQ(alert().since, at(1));
  EXPECT_EQ(alert().value, 0);
  EXPECT_EQ(alert().text, "back after 7 s");
  EXPECT_EQ(look(9, true), "");
  EXPECT_EQ(look(12, true), "raised") << "and again";
}

TEST_F(AwayTest, WhoIsBackInTimeWasNotAway) {
  start("{for_s: 3}");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(look(i, i % 3 != 0), "") << i;
  EXPECT_THAT(output_.ends, ::testing::Contains(HasSubstr("too_short")));
}

TEST_F(AwayTest, WhoComesAndGoesIsNotBackYet) {
  start("{for_s: 0, clear_s: 3}");
  EXPECT_EQ(look(0, true), "raised") << "at once";
  for (int i = 1; i < 20; ++i) EXPECT_EQ(look(i, i % 3 == 0), "") << i;
  EXPECT_EQ(look(21, false), "");
  EXPECT_EQ(look(22, false), "ended");
}

TEST_F(AwayTest, WhenNobodyLookedDoesNotCount) {
  start("{for_s: 5}");
  EXPECT_EQ(look(0, true), "");
  EXPECT_EQ(look(100, true), "") << "the site did not run";
  EXPECT_EQ(look(104, true), "");
  EXPECT_EQ(look(105, true), "raised");
  EXPECT_EQ(alert().since, at(100));
  EXPECT_EQ(look(300, true), "") << "it still is";
}

TEST(Away, ParametersAreChecked) {
  EXPECT_EQ(problem_with("away", "{for_s: 30, clear_s: 5}"), "");
  EXPECT_THAT(problem_with("away", "{}"), HasSubstr("away needs 'for_s'"));
  EXPECT_THAT(problem_with("away", "{for_s: -1}"), HasSubstr("'p.for_s' must be 0 to 86400"));
  EXPECT_THAT(problem_with("away", "{for_s: 1, clear_s: x}"), HasSubstr("must be a number"));
}

}  // namespace
}  // namespace fovea::stream
