#include "site/clock_gap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea::site {

void ClockGap::add(core::Timestamp published, core::Timestamp received, core::SteadyTime now) {
  const auto way = std::chrono::duration_cast<Way>(received - published);
  newest_ = now;
  if (way < -ahead_max) {
    ahead_ = way;
    ahead_at_ = now;
  } else if (now - ahead_at_ > window) {
    ahead_.reset();
  }
  if (way <= in_order_max) return behind_.reset();
  if (!behind_) behind_since_ = now;
  behind_ = behind_ ? std::min(*behind_, way) : way;
}

std::optional<std::chrono::microseconds> ClockGap::gap() const {
  if (ahead_) return -*ahead_;
  if (behind_ && newest_ - behind_since_ >= window) return -*behind_;
  return std::nullopt;
}

std::string in_words(std::chrono::microseconds gap) {
  const double seconds = std::abs(std::chrono::duration<double>(gap).count());
  const char* const side = gap.count() > 0 ? "ahead of" : "behind";
  std::string span = fmt::format("{:.1f} s", seconds);
  if (seconds >= 10) span = fmt::format("{:.0f} s", seconds);
  if (seconds >= 120) span = fmt::format("{:.0f} min", seconds / 60);
  if (seconds >= 7200) span = fmt::format("{:.0f} h", seconds / 3600);
  if (seconds >= 172800) span = fmt::format("{:.0f} days", seconds / 86400);
  return fmt::format("the camera's clock is {} {} the site's", span, side);
}

}  // namespace fovea::site
