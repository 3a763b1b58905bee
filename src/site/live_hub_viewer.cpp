#include "site/live_hub_viewer.h"

#include <algorithm>

#include "core/limits.h"

namespace fovea::site {

void LiveViewer::subscribe(const Subscribe& wanted) {
  events_wanted_ = wanted.events;
  system_wanted_ = wanted.system;
  if (!events_wanted_) events_.clear();
  if (!system_wanted_) system_.reset();
  for (auto& [id, lane] : lanes_) {
    if (wanted.devices.contains(id)) continue;
    lane.want.reset();
    lane.token.reset();
  }
  for (const auto& [id, want] : wanted.devices) lanes_[id].want = want;
  // What is on its way to a viewer stays counted, also when it has turned away; the rest of a lane
  // that nobody wants is forgotten.
  std::erase_if(lanes_, [](const auto& entry) {
    return !entry.second.want && entry.second.in_flight.empty();
  });
  for (auto& [id, lane] : lanes_) {
    const Want want = lane.want.value_or(Want{false, false, false});
    if (!want.frames || want.h264) lane.frame.reset();
    if (!want.frames || !want.h264) lane.forget_units();
    if (!want.masks) lane.mask.reset();
    if (!want.results) lane.result.reset();
    if (!lane.want) lane.classes.reset();
  }
}

void LiveViewer::acknowledge(const Ack& ack) {
  const auto lane = lanes_.find(ack.device);
  if (lane == lanes_.end()) return;
  auto& in_flight = lane->second.in_flight;
  const auto found = std::ranges::find_if(in_flight, [&](const InFlight& frame) {
    return ack.sent ? frame.sent == *ack.sent : frame.sequence == ack.sequence;
  });
  if (found != in_flight.end()) in_flight.erase(found);
}

const Want* LiveViewer::wants(const std::string& device) const {
  const auto lane = lanes_.find(device);
  return lane != lanes_.end() && lane->second.want ? &*lane->second.want : nullptr;
}

std::vector<std::string> LiveViewer::devices() const {
  std::vector<std::string> ids;
  for (const auto& [id, lane] : lanes_) {
    if (lane.want) ids.push_back(id);
  }
  return ids;
}

namespace {
constexpr auto group_time_max = std::chrono::seconds(30);
}

LiveViewer::Lane* LiveViewer::wanting_lane(const std::string& device) {
  const auto lane = lanes_.find(device);
  return lane != lanes_.end() && lane->second.want ? &lane->second : nullptr;
}

uint64_t LiveViewer::offer_frame(const std::string& device, const FramePtr& frame,
                                 uint64_t missed) {
  Lane* lane = wanting_lane(device);
  if (lane == nullptr || !lane->want->frames || frame == lane->newest.lock()) return 0;
  const uint64_t skipped = missed + (lane->frame ? 1 : 0) + lane->units.size();
  lane->forget_units();
  lane->skipped += skipped;
  lane->frame = frame;
  lane->newest = frame;
  return skipped;
}

uint64_t LiveViewer::offer_unit(const std::string& device, const FramePtr& frame) {
  Lane* lane = wanting_lane(device);
  if (lane == nullptr || !lane->want->frames || !lane->want->h264) return 0;
  // What a joined group brought comes again; a camera that was started again counts from 1, and its
  // clock may be behind by more than a group lasts.
  const bool known = frame->sequence <= lane->newest_unit &&
                     frame->captured <= lane->newest_unit_captured &&
                     lane->newest_unit_captured - frame->captured < group_time_max;
  if (known) return 0;
  lane->frame.reset();
  const auto now = clock_.steady();
  const bool stuck = lane->units.size() >= lane->units_max ||
                     (!lane->units.empty() && now - lane->unit_since > unit_wait_max);
  uint64_t skipped = 0;
  if (frame->key || stuck || frame->reference != lane->newest_unit) {
    skipped = lane->units.size() + (frame->key ? 0 : 1);
    lane->forget_units();
  }
  lane->skipped += skipped;
  if (!frame->key && lane->newest_unit == 0) return skipped;
  if (lane->units.empty()) lane->unit_since = now;
  lane->units.push_back(frame);
  lane->newest_unit = frame->sequence;
  lane->newest_unit_captured = frame->captured;
  return skipped;
}

void LiveViewer::offer_group(const std::string& device, const std::vector<FramePtr>& group) {
  Lane* lane = wanting_lane(device);
  if (lane == nullptr) return;
  lane->units_max = units_waiting_max + group.size();
  for (const FramePtr& frame : group) offer_unit(device, frame);
}

void LiveViewer::hold(const std::string& device, std::shared_ptr<void> token) {
  Lane* lane = wanting_lane(device);
  if (lane != nullptr) lane->token = std::move(token);
}

void LiveViewer::offer_mask(const std::string& device, const MaskMessage& mask) {
  Lane* lane = wanting_lane(device);
  if (lane != nullptr && lane->want->masks) lane->mask = mask;
}

void LiveViewer::offer_result(const std::string& device, const core::Buffer& text) {
  Lane* lane = wanting_lane(device);
  if (lane != nullptr && lane->want->results) lane->result = text;
}

void LiveViewer::offer_classes(const std::string& device, const core::Buffer& text) {
  Lane* lane = wanting_lane(device);
  if (lane != nullptr) lane->classes = text;
}

bool LiveViewer::offer_event(const core::Buffer& text) {
  if (!events_wanted_) return true;
  const bool full = events_.size() >= events_waiting_max;
  if (full) events_.pop_front();
  events_.push_back(text);
  return !full;
}

std::vector<std::string> LiveViewer::pump() {
  std::vector<std::string> framed;
  while (has_room() && send_common()) {
  }
  // Round robin: the lane after the one whose turn was last, until a whole round sends nothing.
  bool sent = true;
  while (sent && !lanes_.empty()) {
    sent = false;
    auto lane = lanes_.upper_bound(last_lane_);
    for (size_t turn = 0; turn < lanes_.size(); ++turn, ++lane) {
      if (!has_room()) return framed;
      if (lane == lanes_.end()) lane = lanes_.begin();
      sent = send_of(lane->first, lane->second, framed) || sent;
      last_lane_ = lane->first;
    }
  }
  return framed;
}

bool LiveViewer::send_text(std::optional<core::Buffer>& text) {
  if (!text) return false;
  socket_->send_text(std::move(*text));
  text.reset();
  return true;
}

bool LiveViewer::send_common() {
  if (send_text(error_) || send_text(device_list_)) return true;
  if (!events_.empty()) {
    socket_->send_text(std::move(events_.front()));
    events_.pop_front();
    return true;
  }
  return send_text(system_);
}

// Takes out what may go; null: nothing.
FramePtr LiveViewer::next_frame(Lane& lane) const {
  if (lane.in_flight.size() >= size_t{core::limits::frames_in_flight_max}) return nullptr;
  if (lane.units.empty()) return std::exchange(lane.frame, nullptr);
  FramePtr frame = std::move(lane.units.front());
  lane.units.pop_front();
  lane.units_max = std::max(units_waiting_max, lane.units_max - 1);
  lane.unit_since = clock_.steady();
  return frame;
}

bool LiveViewer::send_of(const std::string& device, Lane& lane, std::vector<std::string>& framed) {
  bool sent = send_text(lane.classes);
  if (const FramePtr frame = next_frame(lane)) {
    lane.in_flight.push_back({frame->sequence, ++lane.sent});
    lane.rate.add(clock_.steady());
    socket_->send_binary({frame_header(device, *frame, lane.sent, lane.skipped), frame->data});
    framed.push_back(device);
    sent = true;
  }
  if (lane.mask) {
    socket_->send_binary({std::move(lane.mask->header), std::move(lane.mask->png)});
    lane.mask.reset();
    sent = true;
  }
  return send_text(lane.result) || sent;
}

LiveViewer::Numbers LiveViewer::numbers() const {
  Numbers numbers;
  for (const auto& [id, lane] : lanes_) {
    numbers.fps += fps(id);
    numbers.skipped += lane.skipped;
    numbers.in_flight += int(lane.in_flight.size());
  }
  return numbers;
}

double LiveViewer::fps(const std::string& device) const {
  const auto lane = lanes_.find(device);
  if (lane == lanes_.end()) return 0;
  return lane->second.rate.per_second(clock_.steady()).value_or(0);
}

}  // namespace fovea::site
