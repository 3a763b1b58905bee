#include "site/scheduler.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace fovea::site {

core::Result<core::Image> decode_covering(const Work& work, core::Size cover,
                                          core::PixelFormat format, codec::JpegDecoder& decoder) {
  if (work.picture) return work.picture->image(cover, format);
  return decoder.decode_covering(work.frame->data.span(), cover, format);
}

void Scheduler::set_service(const std::string& device, double weight, double fps_max) {
  FOVEA_ASSERT(weight > 0);
  FOVEA_ASSERT(fps_max >= 0);
  std::lock_guard lock(mutex_);
  Lane& lane = lanes_[device];
  if (lane.fps_max != fps_max) lane.due.reset();
  lane.weight = weight;
  lane.fps_max = fps_max;
}

bool Scheduler::forget(const std::string& device) {
  std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(device);
  return lane != lanes_.end() && std::exchange(lane->second.waiting, {});
}

// Keeps the mean rate, not the distance: `due` advances by whole periods, so that a camera of 15
// fps under a limit of 10 gives 10 and not 7.5. A tenth of a period of jitter is forgiven.
bool Scheduler::over_rate(Lane& lane, core::SteadyTime now) {
  if (lane.fps_max <= 0) return false;
  const auto period = std::chrono::duration_cast<core::SteadyTime::duration>(
      std::chrono::duration<double>(1 / lane.fps_max));
  if (!lane.due) lane.due = now;
  if (now < *lane.due - period / 10) return true;
  lane.due = std::max(*lane.due, now - period) + period;
  return false;
}

Scheduler::Offer Scheduler::offer(Work work) {
  std::lock_guard lock(mutex_);
  Lane& lane = lanes_[work.device];
  if (over_rate(lane, clock_.steady())) return Offer::over_rate;
  const bool replaces = lane.waiting.has_value();
  if (!replaces && !lane.busy) lane.pass = std::max(lane.pass, pass_);
  lane.waiting = std::move(work);
  if (!lane.busy) ready_.notify_one();
  return replaces ? Offer::replaced_older : Offer::accepted;
}

Scheduler::Lane* Scheduler::next_lane() {
  Lane* next = nullptr;
  for (auto& [device, lane] : lanes_) {
    if (!lane.waiting || lane.busy) continue;
    if (!next || std::pair(lane.pass, lane.served) < std::pair(next->pass, next->served)) {
      next = &lane;
    }
  }
  return next;
}

std::optional<Work> Scheduler::take_next() {
  Lane* lane = next_lane();
  if (!lane) return std::nullopt;
  std::optional<Work> work = std::exchange(lane->waiting, std::nullopt);
  lane->busy = true;
  pass_ = std::max(pass_, lane->pass);
  lane->pass += 1 / lane->weight;
  lane->served = ++services_;
  work->taken = clock_.steady();
  return work;
}

std::optional<Work> Scheduler::take(std::chrono::nanoseconds limit, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  ready_.wait_for(lock, stop, limit, [&] { return next_lane() != nullptr; });
  if (stop.stop_requested()) return std::nullopt;
  return take_next();
}

std::optional<Work> Scheduler::try_take() {
  std::lock_guard lock(mutex_);
  return take_next();
}

void Scheduler::release(const std::string& device) {
  std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(device);
  if (lane == lanes_.end()) return;
  lane->second.busy = false;
  if (lane->second.waiting) ready_.notify_one();
}

size_t Scheduler::waiting() const {
  std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::count_if(lanes_.begin(), lanes_.end(), [](const auto& entry) {
    return entry.second.waiting.has_value();
  }));
}

}  // namespace fovea::site
