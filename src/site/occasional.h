#pragma once

#include <map>
#include <mutex>
#include <string>

#include "core/clock.h"

namespace fovea::site {

// Lets a message through once in a while per key, so that a device that sends nonsense thirty
// times a second writes one line in ten seconds. Threads: any. Keys come from a bounded set
// (devices and reasons).
class Occasional {
 public:
  explicit Occasional(core::Clock& clock) : clock_(clock) {}

  bool now(const std::string& key) {
    const auto time = clock_.steady();
    std::lock_guard lock(mutex_);
    const auto [last, is_new] = last_.try_emplace(key, time);
    if (!is_new && time - last->second < std::chrono::seconds(10)) return false;
    last->second = time;
    return true;
  }

 private:
  core::Clock& clock_;
  std::mutex mutex_;  // guards last_
  std::map<std::string, core::SteadyTime> last_;
};

}  // namespace fovea::site
