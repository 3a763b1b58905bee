#pragma once

#include <stop_token>

#include "core/clock.h"

namespace fovea::video {

// Keeps a rate: wait() returns at evenly spaced times. A caller that comes late does not catch up
// in a burst; the slots it missed are left out. Threads: one at a time.
class Pacer {
 public:
  Pacer(double fps, const core::Clock& clock);

  // False when `stop` was requested.
  bool wait(const std::stop_token& stop);

 private:
  const core::Clock& clock_;
  const core::SteadyTime::duration period_;
  core::SteadyTime due_{};
};

}  // namespace fovea::video
