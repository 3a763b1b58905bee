#include "stream/operators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/json.h"
#include "stream/operator_fixture.h"

namespace fovea::stream {
namespace {

// What every operator has to fulfil, whatever it does: the suite of their kind.
class OperatorConformance : public ::testing::TestWithParam<OperatorKind> {
 protected:
  OperatorPlanPtr plan() const {
    auto made = make_plan(GetParam().name, GetParam().example);
    EXPECT_TRUE(made) << problem_with(GetParam().name, GetParam().example);
    return made;
  }

  // Half a minute of what this operator takes, with everything in it that matters to one.
  std::vector<Item> items() const {
    std::vector<Item> all;
    for (int i = 0; i < 300; ++i) {
      const double time = i * 0.1 + (i > 200 ? 60 : 0);
      const int wave = static_cast<int>(4 + 4 * std::sin(i * 0.15));
      switch (GetParam().takes) {
        case Flow::observation: all.push_back(observed(time, 0, wave)); break;
        case Flow::measurement: all.push_back(measured(time, wave / 100.0)); break;
        case Flow::alert: {
          wire::Alert alert;
          alert.stream = {"plant", "hall"};
          alert.time = at(time);
          alert.state = i % 3 == 0 ? wire::AlertState::ended : wire::AlertState::raised;
          all.push_back({alert.stream, alert.time, static_cast<uint64_t>(i), alert});
          break;
        }
        case Flow::presence: all.push_back(present(time, i % 150 >= 40)); break;
      }
    }
    return all;
  }

  static std::string to_text(const Item& item) {
    std::string text =
        core::to_rfc3339(item.time) + " " + std::to_string(item.frame_sequence) + " ";
    if (const auto* measured = std::get_if<Measurement>(&item.content)) {
      return text + to_words(*measured) + std::to_string(measured->value);
    }
    if (const auto* alert = std::get_if<wire::Alert>(&item.content)) {
      return text + wire::to_json(*alert);
    }
    return text;
  }

  static std::vector<std::string> run(Operator& running, const std::vector<Item>& items,
                                      size_t from, size_t to) {
    std::vector<std::string> said;
    for (size_t i = from; i < to; ++i) {
      Collected output;
      running.take(0, items[i], output);
      running.advance(items[i].time, output);
      for (const auto& item : output.items) said.push_back(to_text(item));
    }
    return said;
  }
};

TEST_P(OperatorConformance, ItsParametersAreReadAsTheyAreWritten) {
  const auto first = plan();
  const std::string written = first->parameters().dump();
  const auto again = make_plan(GetParam().name, written);
  ASSERT_TRUE(again) << problem_with(GetParam().name, written);
  EXPECT_EQ(again->parameters().dump(), written);
}

TEST_P(OperatorConformance, AnUnknownParameterIsAnError) {
  std::string parameters = GetParam().example;
  parameters.insert(parameters.size() - 1, ", nonsense: 1");
  EXPECT_NE(problem_with(GetParam().name, parameters), "");
  EXPECT_NE(problem_with(GetParam().name, "{}"), "");
}

TEST_P(OperatorConformance, MakesWhatItsKindSays) {
  const auto running = plan()->make();
  Collected output;
  for (const auto& item : items()) running->take(0, item, output);
  ASSERT_FALSE(output.items.empty());
  for (const auto& item : output.items) {
    EXPECT_EQ(item.flow(), GetParam().makes);
    EXPECT_EQ(item.stream.device, "hall");
  }
  EXPECT_EQ(output.complaint, "");
}

TEST_P(OperatorConformance, TheSameItemsGiveTheSameOutput) {
  const auto all = items();
  const auto made = plan();
  const auto first = made->make();
  const auto second = made->make();
  EXPECT_EQ(run(*first, all, 0, all.size()), run(*second, all, 0, all.size()));
}

TEST_P(OperatorConformance, GoesOnFromItsSnapshotAsIfItHadNeverStopped) {
  const auto all = items();
  for (const size_t cut :
       {size_t{0}, size_t{1}, size_t{47}, size_t{130}, size_t{201}, all.size()}) {
    const auto whole = plan()->make();
    run(*whole, all, 0, cut);
    const auto wanted = run(*whole, all, cut, all.size());
    const auto before = plan()->make();
    run(*before, all, 0, cut);
    const auto after = plan()->make();
    const auto restored = after->restore(before->snapshot());
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_EQ(run(*after, all, cut, all.size()), wanted) << "cut at " << cut;
  }
}

TEST_P(OperatorConformance, ADamagedSnapshotIsRefusedAndChangesNothing) {
  const auto all = items();
  const auto fresh = plan()->make();
  const auto wanted = run(*fresh, all, 0, all.size());
  for (const char* damaged : {"{", "[]", "null", R"({"raised": 3})", R"({"passed": "x"})", "{}"}) {
    const auto running = plan()->make();
    EXPECT_FALSE(running->restore(damaged)) << damaged;
    EXPECT_EQ(run(*running, all, 0, all.size()), wanted) << damaged;
  }
}

std::string name_of(const ::testing::TestParamInfo<OperatorKind>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(All, OperatorConformance, ::testing::ValuesIn(operator_kinds()), name_of);

}  // namespace
}  // namespace fovea::stream
