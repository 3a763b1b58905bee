#include "site/scheduler.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace fovea::site {
namespace {

// So much, in services, a device may owe: some seconds of a busy engine, then it is as before.
constexpr double debt_max = 200;

}  // namespace

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

void Scheduler::remove(const std::string& device) {
  std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(device);
  if (lane == lanes_.end()) return;
  lane->second.waiting.reset();
  lane->second.gone = lane->second.busy;
  if (!lane->second.busy) lanes_.erase(lane);
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
  lane->gone = false;
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

// mutex_ is held.
void Scheduler::owe(Lane& lane, double ms) const {
  const double usual_ms = lane.usual_ms > 0 ? lane.usual_ms : usual_ms_;
  if (usual_ms <= 0 || ms <= 0) return;
  lane.pass = std::min(lane.pass + ms / usual_ms / lane.weight,
                       std::max(lane.pass, pass_ + debt_max / lane.weight));
}

void Scheduler::release(const std::string& device, const Cost& cost) {
  constexpr double newest_counts = 0.1;
  std::lock_guard lock(mutex_);
  const auto found = lanes_.find(device);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  lane.busy = false;
  if (lane.gone && !lane.waiting) return void(lanes_.erase(found));
  if (cost.infer_ms > 0) {
    if (lane.usual_ms <= 0) lane.usual_ms = cost.infer_ms;
    owe(lane, cost.decode_ms + cost.infer_ms - lane.usual_ms);
    lane.usual_ms += newest_counts * (cost.infer_ms - lane.usual_ms);
  } else {
    owe(lane, cost.decode_ms);
  }
  if (lane.waiting) ready_.notify_one();
}

void Scheduler::charge(const std::string& device, double ms) {
  std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(device);
  if (lane != lanes_.end()) owe(lane->second, ms);
}

double Scheduler::usual_ms(const std::string& device) const {
  std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(device);
  return lane == lanes_.end() ? 0 : lane->second.usual_ms;
}

size_t Scheduler::waiting() const {
  std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::count_if(lanes_.begin(), lanes_.end(), [](const auto& entry) {
    return entry.second.waiting.has_value();
  }));
}

}  // namespace fovea::site
