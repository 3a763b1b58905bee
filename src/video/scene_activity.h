#pragma once

#include <optional>

#include "video/scene_layout.h"

// The knob `activity`: a hall that mostly rests, as most cameras see it. Machines run for the given
// share of each minute only; the hall's own people and forklift are away, and while the machines
// run one visitor walks through the picture, from beyond one edge to beyond the other. All of it a
// function of (options, time).
namespace fovea::video::scene {

inline constexpr double activity_period_s = 60;

struct Activity {
  double machine_time_s = 0;    // stands still while the hall rests
  std::optional<double> visit;  // how much of the way the visitor has gone, 0..1
  uint32_t number = 0;          // of the minute: each visitor comes another way
};
Activity activity_of(const SceneOptions& options, double time_s);

// The visitor of that minute, and where on the way. `layout` must have people.
Person visitor_of(const Layout& layout, uint32_t number);
Step visitor_step(const Layout& layout, const Activity& activity);

}  // namespace fovea::video::scene
