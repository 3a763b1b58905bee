#include "site/device_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
constexpr double stale_after_s = 2;
constexpr double away_after_s = 10;
constexpr double stale_after_periods = 3;
// A camera that has said nothing for this long (three of its reports) is not there to say more.
constexpr auto status_valid = 6s;

double seconds_between(core::SteadyTime from, core::SteadyTime to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string in_words(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.0f} h", seconds / 3600);
}

// What the camera has to say about being away; empty when it is silent.
std::string camera_words(const Signs& signs, core::SteadyTime now) {
  if (!speaks(signs, now)) return {};
  if (!signs.camera_detail.empty()) return signs.camera_detail;
  return signs.camera_state == "stopped" ? "the camera was stopped" : std::string();
}

Verdict away(const Signs& signs, core::SteadyTime now) {
  const auto since = signs.last_frame ? signs.last_frame_wall : signs.first_seen_wall;
  std::string words = camera_words(signs, now);
  if (words.empty()) {
    words = signs.last_frame ? fmt::format("last picture {} ago, and the camera says nothing",
                                           in_words(seconds_between(*signs.last_frame, now)))
                             : std::string("no picture has come yet");
  }
  return {DeviceState::away, fmt::format("away since {}: {}", clock_time(since), words)};
}

}  // namespace

std::string clock_time(core::Timestamp time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:02}:{:02}", local.tm_hour, local.tm_min);
}

bool speaks(const Signs& signs, core::SteadyTime now) {
  return signs.last_status && now - *signs.last_status <= status_valid;
}

Verdict judge(const Signs& signs, core::SteadyTime now) {
  const bool gave_up = signs.camera_state == "failed" || signs.camera_state == "stopped";
  const bool status_is_newer =
      signs.last_status && (!signs.last_frame || *signs.last_status >= *signs.last_frame);
  if (gave_up && status_is_newer) return away(signs, now);

  if (!signs.last_frame) {
    if (seconds_between(signs.first_seen, now) > away_after_s) return away(signs, now);
    const std::string words = camera_words(signs, now);
    return {DeviceState::connecting,
            "connecting: " + (words.empty() ? "waiting for the first picture" : words)};
  }
  const double silence = seconds_between(*signs.last_frame, now);
  const double stale_s = std::max(stale_after_s, stale_after_periods * signs.period_s.value_or(0));
  if (silence <= stale_s) return {DeviceState::live, "live"};
  if (silence > std::max(away_after_s, 2 * stale_s)) return away(signs, now);
  std::string detail = fmt::format("stale: last picture {} ago", in_words(silence));
  const std::string words = camera_words(signs, now);
  if (!words.empty() && signs.camera_state != "live") detail += ", " + words;
  return {DeviceState::stale, detail};
}

}  // namespace fovea::site
