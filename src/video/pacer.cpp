#include "video/pacer.h"

#include "core/assert.h"
#include "core/thread.h"

namespace fovea::video {

namespace {

core::SteadyTime::duration period_of(double fps) {
  FOVEA_ASSERT(fps > 0);
  return std::chrono::duration_cast<core::SteadyTime::duration>(
      std::chrono::duration<double>(1 / fps));
}

}  // namespace

Pacer::Pacer(double fps, const core::Clock& clock) : clock_(clock), period_(period_of(fps)) {}

bool Pacer::wait(const std::stop_token& stop) {
  const auto now = clock_.steady();
  if (now < due_ && !core::sleep_for(due_ - now, stop)) return false;
  due_ = now > due_ + period_ ? now + period_ : due_ + period_;
  return !stop.stop_requested();
}

}  // namespace fovea::video
