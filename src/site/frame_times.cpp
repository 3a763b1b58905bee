#include "site/frame_times.h"

#include <fmt/format.h>

#include <utility>

namespace fovea::site {

const char* to_string(TimeFault fault) {
  switch (fault) {
    case TimeFault::still: return "still";
    case TimeFault::backwards: return "backwards";
    case TimeFault::none: break;
  }
  return "";
}

std::string in_words(TimeFault fault) {
  if (fault == TimeFault::none) return "its capture times go on";
  return fmt::format(
      "its capture times {}, so that no age can be told by them, and rules go by arrival",
      fault == TimeFault::still ? "stand still" : "run backwards");
}

void FrameTimes::add(core::Timestamp captured, core::SteadyTime now) {
  if (!std::exchange(begun_, true)) {
    newest_ = captured;
    went_on_ = goes_on_since_ = now;
    return;
  }
  const bool goes_on = captured > newest_;
  const bool backwards = steps_back(captured, now);
  const bool still = stands_still(goes_on, now);
  fault_ = backwards ? TimeFault::backwards : still ? TimeFault::still : TimeFault::none;
}

bool FrameTimes::steps_back(core::Timestamp captured, core::SteadyTime now) {
  const bool set_back = captured + jitter_max < newest_;
  if (set_back || captured > newest_) newest_ = captured;
  while (!set_back_.empty() && now - set_back_.front() > turning_window) set_back_.pop_front();
  if (set_back) {
    if (set_back_.size() == steps_back_min) set_back_.pop_front();
    set_back_.push_back(now);
  }
  // What has been seen to turn does so until it has not for the whole time.
  const size_t enough = fault_ == TimeFault::backwards ? 1 : steps_back_min;
  return set_back_.size() >= enough;
}

bool FrameTimes::stands_still(bool goes_on, core::SteadyTime now) {
  const bool stood = standing_frames_ >= frames_min && now - went_on_ >= window;
  if (goes_on) {
    if (stood) goes_on_since_ = now;
    went_on_ = now;
    standing_frames_ = 0;
    return fault_ == TimeFault::still && now - goes_on_since_ < window;
  }
  ++standing_frames_;
  const bool stands = standing_frames_ >= frames_min && now - went_on_ >= window;
  return stands || (fault_ == TimeFault::still && now - goes_on_since_ < window);
}

}  // namespace fovea::site
