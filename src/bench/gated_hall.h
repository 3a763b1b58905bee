#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/result.h"
#include "evaluate/confusion.h"

namespace fovea::bench {

struct HallPlan {
  std::string scene;  // what follows `synthetic:`
  double minutes = 1;
};

// What the gate did with one hall.
struct HallOutcome {
  uint64_t frames = 0;
  uint64_t inferred = 0;
  std::vector<int>
      entry_delays;  // frames from the first that shows the visitor to the inferred one
  evaluate::Confusion steady{core::no_class};  // maps as without shake
  evaluate::Confusion moved{
      core::no_class};  // maps in shake, the shown one moved by the result's shift
  double gate_cpu_s = 0;
};

// Runs a hall of 640x360 at 15 pictures a second through the site's gate in simulated time. Ten
// seconds at the beginning are not counted: the gate learns.
core::Result<HallOutcome> run_hall(const HallPlan& plan, const core::Context& context);

}  // namespace fovea::bench
