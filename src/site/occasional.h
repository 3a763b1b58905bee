#pragma once

#include <map>
#include <mutex>
#include <string>

#include "core/clock.h"

namespace fovea::site {

// Lets a message through once in a while per key, so that a device that sends nonsense thirty
// times a second writes one line in ten seconds. Threads: any. Limit: keys_max keys are remembered;
// beyond (strangers who make names up) all are forgotten, and each may speak once more.
class Occasional {
 public:
  explicit Occasional(core::Clock& clock,
                      core::SteadyTime::duration period = std::chrono::seconds(10))
      : clock_(clock), period_(period) {}

  bool now(const std::string& key) {
    const auto time = clock_.steady();
    std::lock_guard lock(mutex_);
    if (last_.size() >= keys_max && !last_.contains(key)) last_.clear();
    const auto [last, is_new] = last_.try_emplace(key, time);
    if (!is_new && time - last->second < period_) return false;
    last->second = time;
    return true;
  }

 private:
  static constexpr size_t keys_max = 1024;

  core::Clock& clock_;
  const core::SteadyTime::duration period_;
  std::mutex mutex_;  // guards last_
  std::map<std::string, core::SteadyTime> last_;
};

}  // namespace fovea::site
