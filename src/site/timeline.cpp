#include "site/timeline.h"

#include <algorithm>

#include "core/limits.h"

namespace fovea::site {

const char* to_string(EventKind kind) {
  switch (kind) {
    case EventKind::device: return "device";
    case EventKind::model: return "model";
    case EventKind::bus: return "bus";
    case EventKind::alert: return "alert";
    case EventKind::site: return "site";
  }
  return "site";
}

void Timeline::add(EventKind kind, const std::string& device, const std::string& text) {
  TimelineEvent event{0, clock_.now(), kind, device, text};
  {
    std::lock_guard lock(mutex_);
    event.number = ++newest_;
    events_.push_back(event);
    if (events_.size() > core::limits::timeline_events_max) events_.pop_front();
  }
  if (listener_) listener_(event);
}

std::vector<TimelineEvent> Timeline::after(uint64_t number) const {
  std::lock_guard lock(mutex_);
  const auto first = std::find_if(events_.begin(), events_.end(), [&](const TimelineEvent& event) {
    return event.number > number;
  });
  return {first, events_.end()};
}

uint64_t Timeline::newest() const {
  std::lock_guard lock(mutex_);
  return newest_;
}

}  // namespace fovea::site
