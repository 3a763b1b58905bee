#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "core/clock.h"

namespace fovea::site {

// What a line of the timeline is about.
enum class EventKind { device, model, bus, alert, site };
const char* to_string(EventKind kind);

// One thing that happened at the site, in words for people.
struct TimelineEvent {
  uint64_t number = 0;  // counts from 1 since the site started; gaps: what was forgotten
  core::Timestamp time;
  EventKind kind = EventKind::site;
  std::string device;    // empty: not about one device
  std::string text;      // "away: no picture for 10 s"
  bool picture = false;  // there is one of the moment
};

// The newest timeline_events_max things that happened; older ones are forgotten. Pictures of the
// moment go earlier: timeline_pictures_max of them are kept, and timeline_picture_bytes_max.
// Threads: any. The listener is set before other threads use the timeline; it is called on the
// thread that adds, without a lock, so two events added at once may reach it in either order.
class Timeline {
 public:
  using Listener = std::function<void(const TimelineEvent&)>;

  explicit Timeline(core::Clock& clock) : clock_(clock) {}

  void listen(Listener listener) { listener_ = std::move(listener); }
  // `picture` is a JPEG; empty: none.
  void add(EventKind kind, const std::string& device, const std::string& text,
           const core::Buffer& picture = {});

  // All lines about the device, and their pictures; their numbers are not used again.
  void forget(const std::string& device);

  // Those with a number above `number`, oldest first.
  std::vector<TimelineEvent> after(uint64_t number) const;
  uint64_t newest() const;
  // Empty: that event has none (any more).
  core::Buffer picture(uint64_t number) const;

 private:
  void keep_picture(uint64_t number, const core::Buffer& picture);

  core::Clock& clock_;
  Listener listener_;
  mutable std::mutex mutex_;  // guards all below
  std::deque<TimelineEvent> events_;
  std::map<uint64_t, core::Buffer> pictures_;  // by event
  size_t picture_bytes_ = 0;
  uint64_t newest_ = 0;
};

}  // namespace fovea::site
