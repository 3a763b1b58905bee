#pragma once

#include <atomic>

#include "core/clock.h"

namespace fovea::testing {

// A clock that tests move. Threads: any.
class FakeClock final : public core::Clock {
 public:
  core::Timestamp now() const override {
    return core::Timestamp(std::chrono::seconds(1'800'000'000)) +
           std::chrono::duration_cast<std::chrono::microseconds>(passed()) +
           std::chrono::microseconds(jumped_us_);
  }
  core::SteadyTime steady() const override {
    return core::SteadyTime(std::chrono::hours(1)) + passed();
  }
  void advance(std::chrono::nanoseconds time) { passed_ns_ += time.count(); }
  // The wall clock alone is set forward, or back.
  void jump(std::chrono::microseconds time) { jumped_us_ += time.count(); }

 private:
  std::chrono::nanoseconds passed() const { return std::chrono::nanoseconds(passed_ns_); }
  std::atomic<int64_t> passed_ns_ = 0;
  std::atomic<int64_t> jumped_us_ = 0;
};

}  // namespace fovea::testing
