#include "camera/agent_state.h"

#include <fmt/format.h>

#include "video/source.h"

namespace fovea::camera {

namespace {

// Longer than any wait that a source allows itself.
constexpr auto slack = std::chrono::seconds(5);
constexpr auto hanging_after = video::silence_max + slack;
constexpr auto hanging_after_opening = video::first_picture_max + slack;

core::Counter& counter(const core::Context& context, const core::StreamId& stream,
                       const std::string& name, const std::string& help) {
  return context.metrics.counter("fovea_camera_" + name, help, {{"device", stream.device}});
}

}  // namespace

AgentState::AgentState(const core::StreamId& stream, const std::string& masked_source,
                       const core::Context& context)
    : stream_(stream),
      masked_source_(masked_source),
      context_(context),
      captured_total_(counter(context, stream, "captured_total", "Pictures captured.")),
      published_total_(counter(context, stream, "published_total", "Frames published.")),
      dropped_total_(counter(context, stream, "dropped_total",
                             "Pictures dropped because the bus had no credit.")),
      left_out_total_(counter(context, stream, "left_out_total",
                              "Pictures left out to send fewer over a slow link.")),
      unchanged_total_(counter(context, stream, "unchanged_total",
                               "Pictures that stayed at the camera, as they showed nothing new.")),
      reencoded_total_(counter(context, stream, "reencoded_total",
                               "Compressed pictures decoded and encoded again, for privacy areas "
                               "or a slow link.")),
      adaptations_total_(counter(context, stream, "adaptations_total",
                                 "Changes of quality, size or rate to what the link takes.")),
      restarts_total_(counter(context, stream, "restarts_total",
                              "Times the source was opened "
                              "again after it failed.")),
      touched_(context.clock.steady()),
      mark_time_(context.clock.steady()) {}

bool AgentState::set(const std::string& state, const std::string& detail) {
  touch();
  std::lock_guard lock(mutex_);
  if (state_ == state && detail_ == detail) return false;
  state_ = state;
  detail_ = detail;
  return true;
}

void AgentState::on_captured() {
  ++captured_count_;
  captured_total_.add();
  touch();
}

void AgentState::on_published() {
  ++published_count_;
  published_total_.add();
}

void AgentState::on_dropped() {
  ++dropped_count_;
  dropped_total_.add();
}

void AgentState::on_unchanged() {
  unchanged_total_.add();
  touch();
}

void AgentState::on_left_out() { left_out_total_.add(); }

void AgentState::on_reencoded() { reencoded_total_.add(); }

void AgentState::on_adapted(const std::string& words) {
  adaptations_total_.add();
  std::lock_guard lock(mutex_);
  adaptation_ = words;
}

void AgentState::on_restart() {
  ++restarts_count_;
  restarts_total_.add();
}

double AgentState::fps(core::SteadyTime now) const {
  const std::chrono::duration<double> passed = now - mark_time_;
  if (passed.count() >= 1) {
    const uint64_t count = captured_count_;
    fps_ = double(count - mark_count_) / passed.count();
    mark_time_ = now;
    mark_count_ = count;
  }
  return fps_;
}

bool AgentState::hangs(std::chrono::nanoseconds silent) const {
  if (state_ == "live") return silent > hanging_after;
  return state_ == "connecting" && silent > hanging_after_opening;
}

bool AgentState::hangs() const {
  const auto silent = context_.clock.steady() - touched_.load();
  std::lock_guard lock(mutex_);
  return hangs(silent);
}

wire::CameraStatus AgentState::status() const {
  wire::CameraStatus status;
  status.stream = stream_;
  status.source = masked_source_;
  status.time = context_.clock.now();
  status.captured = captured_count_;
  status.published = published_count_;
  status.dropped = dropped_count_;
  status.restarts = restarts_count_;
  const auto now = context_.clock.steady();
  const auto silent = now - touched_.load();
  std::lock_guard lock(mutex_);
  status.state = state_;
  status.detail = detail_;
  status.adaptation = adaptation_;
  status.fps = state_ == "live" ? fps(now) : 0;
  if (hangs(silent)) {
    status.state = "failed";
    status.fps = 0;
    status.detail = fmt::format("the source has not answered for {:.0f} s; it hangs",
                                std::chrono::duration<double>(silent).count());
  }
  return status;
}

}  // namespace fovea::camera
