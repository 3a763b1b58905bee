#pragma once

#include <string>

#include "core/result.h"
#include "site/rules_plan.h"
#include "video/scene.h"

namespace fovea::cli {

// The demo's rule: an alert when somebody enters the floor round the robot of this camera's hall.
// It counts the boxes of `person` that stand in the zone: who passes before or behind it covers it
// as well, but stands elsewhere. Errors: those of video::Scene::open().
core::Result<stream::Rule> make_danger_rule(const std::string& device,
                                            const video::SceneOptions& scene);

}  // namespace fovea::cli
