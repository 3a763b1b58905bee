#include "stream/dedupe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stream/operator_fixture.h"

namespace fovea::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Item alert(double seconds, wire::AlertState state) {
  wire::Alert alert;
  alert.stream = {"plant", "hall"};
  alert.time = at(seconds);
  alert.state = state;
  return {alert.stream, alert.time, 1, alert};
}

TEST(Dedupe, LetsOneRaisedAlertPassWithItsEnd) {
  const auto dedupe = make_plan("dedupe", "{within_s: 10}")->make();
  std::vector<double> passed;
  const auto take = [&](double seconds, wire::AlertState state) {
    Collected output;
    dedupe->take(0, alert(seconds, state), output);
    for (const auto& item : output.items) {
      passed.push_back(std::chrono::duration<double>(item.time - at(0)).count());
    }
    EXPECT_EQ(output.ends.size() + output.items.size(), 1u);
  };
  using enum wire::AlertState;
  take(1, raised);
  take(2, ended);
  take(5, raised);  // within 10 s of the first
  take(6, ended);   // and so its end
  take(10.9, raised);
  take(11.5, raised);  // more than 10 s after the one that passed
  take(12, ended);
  take(13, ended);
  EXPECT_THAT(passed, ElementsAre(1, 2, 11.5, 12));
}

TEST(Dedupe, ParametersAreStrict) {
  EXPECT_EQ(problem_with("dedupe", "{within_s: 0}"), "");
  EXPECT_THAT(problem_with("dedupe", "{}"), HasSubstr("dedupe needs 'within_s'"));
  EXPECT_THAT(problem_with("dedupe", "{within_s: 86401}"), HasSubstr("must be 0 to 86400"));
}

}  // namespace
}  // namespace fovea::stream
