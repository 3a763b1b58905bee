#pragma once

#include <chrono>
#include <random>

namespace fovea::camera {

// How long to wait before the next try: limits::backoff_first, doubled each time up to
// limits::backoff_last, and spread by a fifth to both sides, so that many cameras of one dead
// network do not come back in step. Threads: one.
class Backoff {
 public:
  explicit Backoff(unsigned seed) : random_(seed) {}

  std::chrono::milliseconds next();
  void reset();

 private:
  std::minstd_rand random_;
  std::chrono::milliseconds wait_{0};
};

}  // namespace fovea::camera
