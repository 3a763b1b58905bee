#pragma once

#include <optional>
#include <string>

#include "core/clock.h"
#include "site/device_view.h"

namespace fovea::site {

// What a device's state follows from. Times are the site's own, so that a camera with a wrong
// clock is judged like any other.
struct Signs {
  core::SteadyTime first_seen;
  core::Timestamp first_seen_wall;
  std::optional<core::SteadyTime> last_frame;
  core::Timestamp last_frame_wall;
  std::optional<double> period_s;  // mean distance of its pictures
  std::optional<core::SteadyTime> last_status;
  core::Timestamp last_status_wall;
  std::string camera_state;   // of the last status: "live", "connecting", "failed", "stopped"
  std::string camera_detail;  // in its own words
};

struct Verdict {
  DeviceState state = DeviceState::connecting;
  std::string detail;
};

// Stale after 2 s without a picture (or 3 of its periods), away after 10 s (or 6 periods), or as
// soon as the camera says that it has failed or stopped. Pure.
Verdict judge(const Signs& signs, core::SteadyTime now);

// The camera program has reported lately, whatever it had to say. Pure.
bool speaks(const Signs& signs, core::SteadyTime now);

// "14:02" in the machine's time zone.
std::string clock_time(core::Timestamp time);

}  // namespace fovea::site
