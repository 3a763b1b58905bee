#pragma once

#include <atomic>

#include "core/clock.h"

namespace fovea::site {

// What this process uses, from getrusage(2) and /proc/self/statm.
// Threads: sample() by one; the values may be read from any.
class ProcessUsage {
 public:
  explicit ProcessUsage(core::Clock& clock);

  void sample();  // call it every second or so: cpu_percent() is the mean since the last call
  double cpu_percent() const { return cpu_percent_; }  // of one core
  static double memory_mib();                          // resident

 private:
  static double cpu_seconds();

  core::Clock& clock_;
  core::SteadyTime last_time_;
  double last_cpu_s_;
  std::atomic<double> cpu_percent_ = 0;
};

}  // namespace fovea::site
