#include "cli/demo_rules.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fovea::cli {
namespace {

constexpr core::Size small{64, 36};  // the zone lies where it lies at any size

}  // namespace

core::Result<stream::Rule> make_danger_rule(const std::string& device,
                                            const video::SceneOptions& options) {
  const auto scene = video::Scene::open(options, small);
  if (!scene) return scene.error();
  auto corners = nlohmann::ordered_json::array();
  for (const auto& corner : scene->danger_zone()) {
    corners.push_back({std::clamp(corner.x, 0.0, 1.0), std::clamp(corner.y, 0.0, 1.0)});
  }
  const nlohmann::ordered_json rule = {
      {"name", "danger-" + device},
      {"device", device},
      {"operators",
       {{{"zone", {{"polygon", corners}, {"label", "person"}}}},
        {{"threshold", {{"above", 0}, {"for_s", 0.3}, {"clear_s", 0.5}}}},
        {{"dedupe", {{"within_s", 5}}}}}}};
  return stream::parse_rule(rule.dump(), "the demo's rule", site::sink_names({}));
}

}  // namespace fovea::cli
