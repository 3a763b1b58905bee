#include "site/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fovea::site {
namespace {

using ::testing::HasSubstr;

ServicePlan example_plan() {
  ServicePlan plan;
  plan.defaults.model = {"flagged", Origin::flag};
  plan.defaults.fps_max = {10, Origin::config};
  plan.devices["yard"] = plan.defaults;
  plan.devices["yard"].model = {"yards-own", Origin::config};
  return plan;
}

TEST(Settings, StateBeatsConfigBeatsDefaults) {
  const ServicePlan plan = example_plan();
  EXPECT_EQ(settings_of(plan, {}, "new").model, (Chosen<std::string>{"flagged", Origin::flag}));
  EXPECT_EQ(settings_of(plan, {}, "yard").model,
            (Chosen<std::string>{"yards-own", Origin::config}));
  EXPECT_EQ(settings_of(plan, {}, "yard").fps_max, (Chosen<double>{10, Origin::config}));

  const Overrides overrides = {{"yard", {"chosen", {}, 2, false}}};
  const DeviceSettings yard = settings_of(plan, overrides, "yard");
  EXPECT_EQ(yard.model, (Chosen<std::string>{"chosen", Origin::state}));
  EXPECT_EQ(yard.fps_max, (Chosen<double>{10, Origin::config}));
  EXPECT_EQ(yard.weight, (Chosen<double>{2, Origin::state}));
  EXPECT_EQ(yard.gating, (Chosen<bool>{false, Origin::state}));
}

TEST(Settings, ResultsAreTheSitesUnlessSomebodySaysOtherwise) {
  ServicePlan plan = example_plan();
  using From = Chosen<ResultsFrom>;
  EXPECT_EQ(settings_of(plan, {}, "yard").results_from, From{});
  EXPECT_EQ(From{}.value, ResultsFrom::site);
  plan.own_results.insert("hall");  // publish_truth
  EXPECT_EQ(settings_of(plan, {}, "hall").results_from,
            (From{ResultsFrom::device, Origin::config}));
  Override chosen;
  chosen.results_from = ResultsFrom::site;
  EXPECT_EQ(settings_of(plan, {{"hall", chosen}}, "hall").results_from,
            (From{ResultsFrom::site, Origin::state}));
}

TEST(Settings, AChangeSetsResetsOrLeavesAlone) {
  const Override before{"a", 5, 2};
  DeviceChange change;
  EXPECT_EQ(*changed(before, change), before);
  change.model = std::optional<std::string>("b");
  change.fps_max = std::optional<double>();
  EXPECT_EQ(*changed(before, change), (Override{"b", {}, 2}));
}

TEST(Settings, ValuesOutOfRangeAreRefusedByName) {
  struct Case {
    DeviceChange change;
    const char* name;
  };
  const auto number = [](double value) { return Change<double>(std::optional<double>(value)); };
  const auto text = [](std::string value) {
    return Change<std::string>(std::optional<std::string>(std::move(value)));
  };
  const Case cases[] = {
      {{{}, number(-1), {}}, "fps_max"},  {{{}, number(1001), {}}, "fps_max"},
      {{{}, number(NAN), {}}, "fps_max"}, {{{}, {}, number(0)}, "weight"},
      {{{}, {}, number(101)}, "weight"},  {{{}, {}, number(INFINITY)}, "weight"},
      {{text(""), {}, {}}, "model"},      {{text(std::string(5000, 'x')), {}, {}}, "model"},
  };
  for (const Case& c : cases) {
    const auto result = changed({}, c.change);
    ASSERT_FALSE(result) << c.name;
    EXPECT_EQ(result.error().code, core::Code::bad_input);
    EXPECT_THAT(result.error().message, HasSubstr(c.name));
  }
}

}  // namespace
}  // namespace fovea::site
