#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "core/clock.h"

namespace fovea::auth {

// How often something may be tried: `burst` times at once, then once per `refill`, for each key.
// Remembers `keys_max` keys at most; beyond that the one that waits least is forgotten, so that a
// flood of keys costs memory for nobody. Threads: any.
class Attempts {
 public:
  Attempts(int burst, std::chrono::seconds refill, size_t keys_max, const core::Clock& clock);

  // Takes one attempt; zero: go on, else how long to wait before the next one.
  std::chrono::seconds take(const std::string& key);
  // Gives one back: it was right.
  void forgive(const std::string& key);
  size_t size() const;

 private:
  void make_room();

  const std::chrono::nanoseconds refill_;
  const std::chrono::nanoseconds full_;  // of an empty budget
  const size_t keys_max_;
  const core::Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  // When the budget is whole again (GCRA, the virtual scheduling algorithm of ATM's traffic
  // management): one time a key is the whole state.
  std::map<std::string, core::SteadyTime> whole_at_;
};

}  // namespace fovea::auth
