#pragma once

#include <cstdint>

#include "core/result.h"
#include "site/rules_plan.h"
#include "video/scene.h"

namespace fovea::cli {

// A camera of the demo's hall.
struct HallCamera {
  const char* name;
  uint32_t seed;
  // Of the zone round the robot: what somebody covers who stands there. Who passes before the zone
  // covers less of it as this camera sees it.
  double danger_share;
};

inline constexpr HallCamera hall_cameras[] = {{"hall-1", 1, 0.01}, {"hall-2", 2, 0.05}};

// The demo's rule: an alert when somebody enters the floor round the robot of this camera's hall.
// Errors: those of video::Scene::open().
core::Result<stream::Rule> make_danger_rule(const HallCamera& camera);

}  // namespace fovea::cli
