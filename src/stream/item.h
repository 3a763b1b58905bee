#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "core/ids.h"
#include "core/image.h"
#include "stream/class_map.h"
#include "wire/alert_event.h"
#include "wire/result_event.h"

namespace fovea::stream {

// What was found in one frame: the parsed result, the class map it was made with where there is
// one, and the names of the classes. Immutable but for the class map's one decoding.
struct Observation {
  wire::FrameResult result;
  std::shared_ptr<ClassMap> class_map;             // null: the model makes none, or it was lost
  std::shared_ptr<const core::ClassList> classes;  // of the model; never null
};
using ObservationPtr = std::shared_ptr<const Observation>;

// A number that an operator made of what it saw.
struct Measurement {
  double value = 0;
  std::string measure;  // "share" (0..1), "count"
  std::string subject;  // the class or label it is about
};

// "person covers 2.3 % of the zone"
std::string to_words(const Measurement& measurement);

// Whether the site has a device's pictures, at a moment. Nothing is said of one that may still
// come: just after the site's start, or while it connects.
struct Presence {
  bool away = false;
  std::string words;  // what the site says of it: "away since 14:02: the camera was stopped"
};

// What flows into, between and out of operators. A rule begins with observations or presences.
enum class Flow { observation, measurement, alert, presence };
const char* to_string(Flow flow);  // "observations", "measurements", "alerts", "presences"

// One thing on its way through a rule. `time` is event time: when the frame it stems from was
// captured, whenever it comes by, or when it arrived where its camera's times mean nothing; of a
// presence, when the site looked, and the frame is the newest that came. An operator that joins or
// aggregates gives its output the time up to which it is true.
struct Item {
  core::StreamId stream;
  core::Timestamp time;
  uint64_t frame_sequence = 0;
  std::variant<ObservationPtr, Measurement, wire::Alert, Presence> content;
  wire::TimeSource time_source = wire::TimeSource::camera;  // whose clock `time` is of

  // What was made of this one, at its place in time.
  Item with(decltype(content) made) const {
    return {stream, time, frame_sequence, std::move(made), time_source};
  }
  Flow flow() const { return static_cast<Flow>(content.index()); }
};

// What was found in a frame, as it comes into a rule.
Item to_item(ObservationPtr seen);

}  // namespace fovea::stream
