#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/event.h"

namespace fovea::wire {

enum class AlertState {
  raised,  // what the rule watches for has begun
  ended,   // it is over
};
const char* to_string(AlertState state);

// Whose clock the times of an alert are of: the camera's, as its frames have them, or the site's,
// where it went by when frames arrived, or looked itself.
enum class TimeSource { camera, site };
const char* to_string(TimeSource source);

// A rule of the site has something to say: payload of an `alert` event, JSON as in ARCHITECTURE.md
// ("Contracts"). Times are event time: when the frames were captured, or, by the site's clock, when
// they arrived or when it found a device to be away.
struct Alert {
  core::StreamId stream;
  std::string rule;  // its name, unique at the site
  AlertState state = AlertState::raised;
  TimeSource time_source = TimeSource::camera;
  core::Timestamp time;         // of the frame that decided it
  core::Timestamp since;        // when the condition began to hold (raised) or had begun (ended)
  uint64_t frame_sequence = 0;  // of that frame
  std::string subject;          // the class or label that is measured: "person"; or "away"
  std::string measure;          // what the value is: "share" (0..1), "count" or "seconds"
  double value = 0;
  double limit = 0;  // what the value is above (raised) or not above any more (ended)
  std::string text;  // in words, for people: "person covers 2.3 % of the zone"
};

std::string to_json(const Alert& alert);

// As strict and as lenient as parse_result_json(). Errors: bad_input, with the member.
core::Result<Alert> parse_alert_json(std::string_view json);

// Attributes: time and frameseq as the frame's, and the rule's name. The id is made of rule, state
// and frame: an alert that is delivered twice can be recognised.
Event make_alert_event(const Alert& alert);
core::Result<Alert> parse_alert_event(const Event& event);

}  // namespace fovea::wire
