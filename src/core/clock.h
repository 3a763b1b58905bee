#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::core {

// Wall time in UTC with the precision that travels on the wire.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

// Time as a parameter, so that tests can drive it. Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;      // wall time: may jump
  virtual SteadyTime steady() const = 0;  // for durations: never jumps
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  SteadyTime steady() const override;
};

// RFC 3339 in UTC with microseconds: "2026-11-24T06:11:56.123456Z".
std::string to_rfc3339(Timestamp time);

// Accepts any fraction of 0 to 9 digits (cut to microseconds) and numeric offsets.
Result<Timestamp> parse_rfc3339(std::string_view text);

// Any duration: between times from outside may lie more than nanoseconds can count.
double milliseconds(std::chrono::duration<double, std::milli> duration);

}  // namespace fovea::core
