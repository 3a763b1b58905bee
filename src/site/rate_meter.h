#pragma once

#include <deque>
#include <optional>

#include "core/clock.h"

namespace fovea::site {

// How often something happens, smoothed over the last seconds. Threads: one at a time.
class RateMeter {
 public:
  void add(core::SteadyTime time);

  // Per second; empty before the second time. Falls to 0 when nothing comes any more.
  std::optional<double> per_second(core::SteadyTime now) const;

  // Mean distance of the newest times in seconds; empty before the second time.
  std::optional<double> period_s() const;

 private:
  std::deque<core::SteadyTime> times_;
};

}  // namespace fovea::site
