#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/clock.h"

namespace fovea::codec {

// How far a stream's pictures lie apart, to tell when one must pass though it shows nothing new:
// when the next one would come later than `limit` after the last that passed. Threads: one at a
// time.
class PictureRhythm {
 public:
  explicit PictureRhythm(core::SteadyTime::duration limit) : limit_s_(seconds(limit)) {}

  // A picture came.
  void note(core::SteadyTime now) {
    if (last_) {
      const double distance = std::min(period_s_max, seconds(now - *last_));
      period_s_ += (distance - period_s_) * (period_s_ == 0 ? 1 : memory);
    }
    last_ = now;
  }
  bool is_due(core::SteadyTime now, core::SteadyTime passed) const {
    return seconds(now - passed) + period_s_ > limit_s_;
  }

 private:
  static constexpr double memory = 0.1;  // share of the newest distance in the mean
  // A stream that stood still says nothing about the distance of its pictures.
  static constexpr double period_s_max = 1.0;

  static double seconds(core::SteadyTime::duration duration) {
    return std::chrono::duration<double>(duration).count();
  }

  double limit_s_;
  double period_s_ = 0;
  std::optional<core::SteadyTime> last_;
};

}  // namespace fovea::codec
