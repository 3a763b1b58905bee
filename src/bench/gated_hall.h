#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/result.h"

namespace fovea::bench {

// Pixels by true and by shown class.
class Confusion {
 public:
  void add(uint8_t truth, uint8_t shown) { ++counts_[size_t{truth} * classes + shown]; }
  void add(const Confusion& other);
  // Mean over the classes that occur, 0..1.
  double miou() const;

 private:
  static constexpr size_t classes = 256;
  std::vector<uint64_t> counts_ = std::vector<uint64_t>(classes * classes, 0);
};

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
  Confusion steady;  // maps as without shake
  Confusion moved;   // maps in shake, the shown one moved by the result's shift
  double gate_cpu_s = 0;
};

// Runs a hall of 640x360 at 15 pictures a second through the site's gate in simulated time. Ten
// seconds at the beginning are not counted: the gate learns.
core::Result<HallOutcome> run_hall(const HallPlan& plan, const core::Context& context);

}  // namespace fovea::bench
