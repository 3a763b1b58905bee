#pragma once

#include <chrono>
#include <thread>

namespace fovea::testing {

// Polls a condition until it holds or `limit` is over (generous: test machines are slow and noisy;
// a test that passes never waits for it). Returns the condition's last word.
template <typename Condition>
bool wait_until(Condition condition,
                std::chrono::milliseconds limit = std::chrono::milliseconds(20'000)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return condition();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // polls
  }
  return true;
}

}  // namespace fovea::testing
