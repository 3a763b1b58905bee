#include "cli/demo_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json.h"

namespace fovea::cli {
namespace {

constexpr core::Size small{64, 36};  // the zone lies where it lies at any size

}  // namespace

core::Result<stream::Rule> make_danger_rule(const HallCamera& camera) {
  const auto scene = video::Scene::open({.seed = camera.seed}, small);
  if (!scene) return scene.error();
  auto corners = core::Json::array();
  for (const auto& corner : scene->danger_zone()) {
    corners.push_back({std::clamp(corner.x, 0.0, 1.0), std::clamp(corner.y, 0.0, 1.0)});
  }
  const core::Json rule = {
      {"name", fmt::format("danger-{}", camera.name)},
      {"device", camera.name},
      {"operators",
       {{{"zone", {{"polygon", corners}, {"class", "person"}}}},
        {{"threshold", {{"above", camera.danger_share}, {"for_s", 0.3}, {"clear_s", 0.5}}}},
        {{"dedupe", {{"within_s", 5}}}}}}};
  return stream::parse_rule(rule.dump(), "the demo's rule", site::sink_names({}));
}

}  // namespace fovea::cli
