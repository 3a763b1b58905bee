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

void Timeline::add(EventKind kind, const std::string& device, const std::string& text,
                   const core::Buffer& picture) {
  TimelineEvent event{0, clock_.now(), kind, device, text, !picture.empty()};
  {
    std::lock_guard lock(mutex_);
    event.number = ++newest_;
    if (event.picture) keep_picture(event.number, picture);
    events_.push_back(event);
    if (events_.size() > core::limits::timeline_events_max) events_.pop_front();
  }
  if (listener_) listener_(event);
}

void Timeline::forget(const std::string& device) {
  std::lock_guard lock(mutex_);
  for (const auto& event : events_) {
    const auto picture = pictures_.find(event.number);
    if (event.device != device || picture == pictures_.end()) continue;
    picture_bytes_ -= picture->second.size();
    pictures_.erase(picture);
  }
  std::erase_if(events_, [&](const TimelineEvent& event) { return event.device == device; });
}

std::vector<TimelineEvent> Timeline::after(uint64_t number) const {
  std::lock_guard lock(mutex_);
  const auto first = std::find_if(events_.begin(), events_.end(), [&](const TimelineEvent& event) {
    return event.number > number;
  });
  std::vector<TimelineEvent> found(first, events_.end());
  for (auto& event : found) event.picture = pictures_.contains(event.number);
  return found;
}

core::Buffer Timeline::picture(uint64_t number) const {
  std::lock_guard lock(mutex_);
  const auto found = pictures_.find(number);
  return found == pictures_.end() ? core::Buffer() : found->second;
}

void Timeline::keep_picture(uint64_t number, const core::Buffer& picture) {
  pictures_[number] = picture;
  picture_bytes_ += picture.size();
  while (pictures_.size() > core::limits::timeline_pictures_max ||
         (picture_bytes_ > core::limits::timeline_picture_bytes_max && pictures_.size() > 1)) {
    picture_bytes_ -= pictures_.begin()->second.size();
    pictures_.erase(pictures_.begin());
  }
}

uint64_t Timeline::newest() const {
  std::lock_guard lock(mutex_);
  return newest_;
}

}  // namespace fovea::site
