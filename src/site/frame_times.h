#pragma once

#include <chrono>
#include <deque>
#include <string>

#include "core/clock.h"

namespace fovea::site {

// What is wrong with the capture times of a stream.
enum class TimeFault { none, still, backwards };
const char* to_string(TimeFault fault);  // "still", "backwards"; empty: none

// "its capture times stand still, so that no age can be told by them, and rules go by arrival"
std::string in_words(TimeFault fault);

// Whether a stream's capture times go on as its frames do; how far they are from the site's own is
// ClockGap's to say. Where they do not, no duration can be told by them.
// One step back is a clock that was set: the times count from there. Three within a minute are no
// clock's, but a source that stamps in circles or backwards, or two cameras with one name. Where
// nothing goes on for a whole window the times stand still. Either is over after as long without.
// Threads: one at a time.
class FrameTimes {
 public:
  // A step back of less is no set clock, and no fault: NTP slews what is less, and frames may come
  // in another order than they were taken in.
  static constexpr auto jitter_max = std::chrono::milliseconds(100);
  // Cameras that stamp whole seconds go on each second.
  static constexpr auto window = std::chrono::seconds(3);
  static constexpr int frames_min = 5;  // of a camera with a picture in ten seconds, too
  static constexpr auto turning_window = std::chrono::seconds(60);
  static constexpr size_t steps_back_min = 3;

  void add(core::Timestamp captured, core::SteadyTime now);
  TimeFault fault() const { return fault_; }

 private:
  bool steps_back(core::Timestamp captured, core::SteadyTime now);
  bool stands_still(bool goes_on, core::SteadyTime now);

  TimeFault fault_ = TimeFault::none;
  bool begun_ = false;
  core::Timestamp newest_;                 // the latest capture time since the clock was set
  core::SteadyTime went_on_{};             // when that last became later
  core::SteadyTime goes_on_since_{};       // after it had stood
  int standing_frames_ = 0;                // since it last became later
  std::deque<core::SteadyTime> set_back_;  // within turning_window; steps_back_min at most
};

}  // namespace fovea::site
