#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/clock.h"

namespace fovea::site {

// Whether a camera's clock and the site's tell the same time, judged by how long frames seem to
// travel. A way that takes less than no time, or longer than the bus lets a frame be on its way,
// is no latency: the clocks differ. A gap between the two (up to in_order_max) cannot be told from
// a slow link and counts as one.
// One late frame says nothing: behind is who is so for a whole window. Ahead is seen at once, and
// over after a window without.
// Threads: one at a time.
class ClockGap {
 public:
  // Clocks that are kept by NTP differ by less.
  static constexpr auto ahead_max = std::chrono::milliseconds(100);
  // The bus takes a broker that has not acknowledged a frame for 4 s as dead, and two frames are on
  // their way at most.
  static constexpr auto in_order_max = std::chrono::seconds(10);
  static constexpr auto window = std::chrono::seconds(3);

  void add(core::Timestamp published, core::Timestamp received, core::SteadyTime now);

  // How far the camera's clock is ahead of the site's (negative: behind); empty: they agree.
  std::optional<std::chrono::microseconds> gap() const;

 private:
  using Way = std::chrono::microseconds;
  core::SteadyTime newest_{};
  std::optional<Way> ahead_;  // the newest way that took less than no time
  core::SteadyTime ahead_at_{};
  std::optional<Way> behind_;  // the shortest of those too long, since the first of them
  core::SteadyTime behind_since_{};
};

// "the camera's clock is 2 min ahead of the site's"
std::string in_words(std::chrono::microseconds gap);

}  // namespace fovea::site
