#include "stream/zone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stream/operator_fixture.h"

namespace fovea::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* left_half = "{polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]], class: person}";

Measurement only(const Collected& output) {
  EXPECT_EQ(output.items.size(), 1u);
  return output.items.empty() ? Measurement{-1, "", ""}
                              : std::get<Measurement>(output.items[0].content);
}

TEST(Zone, MeasuresTheShareOfAClass) {
  const auto zone = make_plan("zone", left_half)->make();
  for (const auto& [from, to, share] : {std::tuple{0, 0, 0.0}, {3, 8, 0.25}, {0, 8, 1.0}}) {
    Collected output;
    zone->take(0, observed(1, from, to), output);
    const Measurement measured = only(output);
    EXPECT_EQ(measured.value, share);
    EXPECT_EQ(measured.measure, "share");
    EXPECT_EQ(measured.subject, "person");
    EXPECT_EQ(output.items[0].time, at(1));
    EXPECT_EQ(output.items[0].frame_sequence, 101u);
    EXPECT_EQ(output.complaint, "");
  }
}

TEST(Zone, FollowsAChangeOfTheMapsShape) {
  const auto zone = make_plan("zone", left_half)->make();
  Collected first;
  zone->take(0, observed(1, 0, 4), first);
  EXPECT_EQ(only(first).value, 1);
  // The map covers the right half of the frame only, and a quarter of its pixels is in the zone.
  auto other = std::make_shared<Observation>(*std::get<ObservationPtr>(observed(2, 0, 2).content));
  const core::Image map = *other->class_map->image();
  other->class_map = std::make_shared<ClassMap>([map] { return core::Result<core::Image>(map); },
                                                core::Area{30, 0, 80, 80}, core::Size{80, 80});
  Collected second;
  zone->take(0, {{"plant", "hall"}, at(2), 2, ObservationPtr(other)}, second);
  EXPECT_EQ(only(second).value, 1) << "its first two columns, both of the class";
}

TEST(Zone, SaysWhatItMisses) {
  const auto zone = make_plan("zone", left_half)->make();
  auto other = std::make_shared<Observation>(*std::get<ObservationPtr>(observed(1, 0, 2).content));
  other->classes = std::make_shared<core::ClassList>(core::ClassList{{"persons", {}, -1}});
  Collected output;
  zone->take(0, {{"plant", "hall"}, at(1), 1, ObservationPtr(other)}, output);
  EXPECT_EQ(output.complaint, "the model knows no class 'person' (did you mean 'persons'?)");
  EXPECT_THAT(output.ends, ElementsAre("unknown_class"));

  auto bare = std::make_shared<Observation>(*std::get<ObservationPtr>(observed(1, 0, 2).content));
  bare->class_map = nullptr;
  zone->take(0, {{"plant", "hall"}, at(1), 1, ObservationPtr(bare)}, output);
  EXPECT_THAT(output.complaint, HasSubstr("no class map"));

  bare->class_map = std::make_shared<ClassMap>(
      [] {
        return core::Result<core::Image>(core::Error{core::Code::bad_input, "cut short"});
      },
      core::Area{0, 0, 80, 80}, core::Size{80, 80});
  zone->take(0, {{"plant", "hall"}, at(1), 1, ObservationPtr(bare)}, output);
  EXPECT_THAT(output.complaint, HasSubstr("cut short"));
  EXPECT_THAT(output.items, ::testing::IsEmpty());

  zone->take(0, observed(2, 0, 2), output);
  EXPECT_EQ(output.complaint, "") << "it is over";
}

TEST(Zone, CountsBoxesThatStandInIt) {
  auto observation = std::make_shared<Observation>();
  observation->classes =
      std::make_shared<core::ClassList>(core::ClassList{{"person", {}, -1}, {"forklift", {}, -1}});
  observation->result.frame = {100, 100};
  observation->result.boxes = {
      {"person", 0.9, {10, 10, 10, 50}},  // stands at (15, 60), centre (15, 35)
      {"person", 0.9, {10, 0, 10, 40}},   // stands at (15, 40)
      {"person", 0.3, {10, 10, 10, 60}},  // unsure
      {"person", 0.9, {80, 20, 10, 50}},  // beside the zone
      {"person", 0.9, {20, 80, 10, 30}},  // cut off below: stands at the edge
      {"forklift", 0.9, {10, 10, 10, 60}},
  };
  const auto count = [&](const std::string& more) {
    const auto zone = make_plan(
        "zone", "{polygon: [[0, 0.5], [0.5, 0.5], [0.5, 1], [0, 1]], label: person" + more + "}");
    Collected output;
    zone->make()->take(0, {{"plant", "hall"}, at(1), 1, ObservationPtr(observation)}, output);
    return only(output).value;
  };
  EXPECT_EQ(count(""), 3);
  EXPECT_EQ(count(", score_min: 0.5"), 2);
  EXPECT_EQ(count(", score_min: 0.5, anchor: centre"), 1);
  const auto zone =
      make_plan("zone", "{polygon: [[0, 0.5], [0.5, 0.5], [0.5, 1], [0, 1]], label: persn}");
  Collected output;
  zone->make()->take(0, {{"plant", "hall"}, at(1), 1, ObservationPtr(observation)}, output);
  EXPECT_THAT(output.complaint, HasSubstr("did you mean 'person'?"));
}

TEST(Zone, ParametersAreStrict) {
  EXPECT_EQ(problem_with("zone", left_half), "");
  EXPECT_THAT(problem_with("zone", "{polygon: [[0, 0], [1, 0], [1, 1]]}"),
              HasSubstr("needs 'class' (share of it) or 'label'"));
  EXPECT_THAT(problem_with("zone", "{polygon: [[0, 0], [1, 0], [1, 1]], class: a, label: b}"),
              HasSubstr("not both"));
  EXPECT_THAT(problem_with("zone", "{polygon: [[0, 0], [1, 0], [1, 1]], label: a, anchor: top}"),
              HasSubstr("one of bottom, centre"));
  EXPECT_THAT(problem_with("zone", "{polygn: [[0, 0], [1, 0], [1, 1]], class: a}"),
              HasSubstr("did you mean 'polygon'?"));
  EXPECT_THAT(problem_with("zone", "{polygon: [[0, 0], [1, 0], [1, 1]], class: a, anchor: bottom}"),
              HasSubstr("unknown key 'p.anchor'"));
}

}  // namespace
}  // namespace fovea::stream
