#include "site/rate_meter.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
constexpr auto window = 3s;
constexpr size_t times_max = 256;  // 85 per second within the window

double seconds(core::SteadyTime::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

void RateMeter::add(core::SteadyTime time) {
  // At least two times stay, so that one picture in ten seconds has a rate as well.
  while (times_.size() > 1 && (times_.size() >= times_max || time - times_[1] > window)) {
    times_.pop_front();
  }
  times_.push_back(time);
}

std::optional<double> RateMeter::period_s() const {
  if (times_.size() < 2) return std::nullopt;
  return seconds(times_.back() - times_.front()) / static_cast<double>(times_.size() - 1);
}

std::optional<double> RateMeter::per_second(core::SteadyTime now) const {
  const auto period = period_s();
  if (!period) return std::nullopt;
  if (*period <= 0) return 0;
  const double silence = seconds(now - times_.back());
  if (silence <= 2 * *period) return 1 / *period;
  if (silence > seconds(window) + 3 * *period) return 0;
  return static_cast<double>(times_.size() - 1) / seconds(now - times_.front());
}

}  // namespace fovea::site
