#include "cli/demo_rules.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "stream/pipeline.h"
#include "testing/test_context.h"
#include "video/scene_classes.h"

namespace fovea::cli {
namespace {

// What a model sees that makes no mistakes, run through the very rule.
stream::ObservationPtr observe(video::Scene& scene, double time, core::Size size,
                               const char* device) {
  auto seen = std::make_shared<stream::Observation>();
  const auto map = scene.render(time).truth.class_map;
  seen->class_map = std::make_shared<stream::ClassMap>(
      [map] { return core::Result<core::Image>(map); },
      core::Area{0, 0, double(size.width), double(size.height)}, size);
  seen->result.stream = {"site", device};
  seen->result.captured = core::Timestamp(std::chrono::seconds(1'795'500'000)) +
                          std::chrono::microseconds(static_cast<int64_t>(time * 1e6));
  seen->result.frame = size;
  seen->classes = std::make_shared<core::ClassList>(video::scene_classes());
  return seen;
}

class DangerRule : public ::testing::TestWithParam<HallCamera> {};

TEST_P(DangerRule, RaisesAnAlertEvery20SecondsForFiveMinutes) {
  const video::SceneOptions options{.seed = GetParam().seed};
  const core::Size size{192, 108};
  const auto rule = make_danger_rule(GetParam());
  ASSERT_TRUE(rule) << rule.error().message;
  auto scene = video::Scene::open(options, size);
  ASSERT_TRUE(scene);
  testing::TestContext context;
  stream::Pipeline pipeline(*rule, context.metrics());
  double last = 0;
  int raised = 0, with_somebody = 0;
  for (double time = 0; time < 300; time += 0.4) {  // as from a slow camera
    for (const auto& alert : pipeline.take(observe(*scene, time, size, GetParam().name))) {
      if (alert.state != wire::AlertState::raised) continue;
      last = time;
      ++raised;
      // Nobody cries wolf: somebody stands there, give or take the second of the threshold.
      bool somebody = false;
      for (double near = time - 1; near <= time + 1; near += 0.1) {
        somebody |= scene->people_in_danger(near) > 0;
      }
      with_somebody += somebody;
    }
    ASSERT_LE(time - last, 20.0) << "no alert since " << last << " s";
  }
  EXPECT_GE(raised, 15);
  EXPECT_GE(with_somebody, raised * 9 / 10) << "of " << raised;
  EXPECT_EQ(pipeline.status().problem, "");
  RecordProperty("alerts", raised);
}

INSTANTIATE_TEST_SUITE_P(Demo, DangerRule, ::testing::ValuesIn(hall_cameras),
                         [](const auto& instance) {
                           return fmt::format("seed_{}", instance.param.seed);
                         });

}  // namespace
}  // namespace fovea::cli
