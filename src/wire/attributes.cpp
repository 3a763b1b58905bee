#include "wire/attributes.h"

#include <charconv>
#include <cmath>

#include "core/limits.h"

namespace fovea::wire {

namespace {

core::Error wrong(const std::string& name, const std::string& why) {
  return {core::Code::bad_input, "the event's attribute '" + name + "' " + why};
}

}  // namespace

const std::string* find_attribute(const Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? nullptr : &found->second;
}

core::Result<uint64_t> read_count(const Attributes& attributes, const std::string& name,
                                  uint64_t least, uint64_t most) {
  const std::string* text = find_attribute(attributes, name);
  if (!text) return wrong(name, "is missing");
  uint64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stopped != end) {
    return wrong(name, "is not a count: '" + core::printable(*text) + "'");
  }
  if (value < least || value > most) {
    return wrong(name, "is " + std::to_string(value) + ", outside " + std::to_string(least) +
                           " to " + std::to_string(most));
  }
  return value;
}

core::Result<double> read_number(const Attributes& attributes, const std::string& name) {
  const std::string* text = find_attribute(attributes, name);
  if (!text) return wrong(name, "is missing");
  double value = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stopped != end || !std::isfinite(value)) {
    return wrong(name, "is not a number: '" + core::printable(*text) + "'");
  }
  return value;
}

core::Result<core::Timestamp> read_time(const Attributes& attributes, const std::string& name) {
  const std::string* text = find_attribute(attributes, name);
  if (!text) return wrong(name, "is missing");
  auto time = core::parse_rfc3339(*text);
  if (!time) return wrong(name, "is " + time.error().message);
  return time;
}

core::Result<core::Size> read_size(const Attributes& attributes) {
  const auto side_max = uint64_t(core::limits::picture_side_max);
  const auto width = read_count(attributes, "width", 1, side_max);
  if (!width) return width.error();
  const auto height = read_count(attributes, "height", 1, side_max);
  if (!height) return height.error();
  if (*width * *height > core::limits::picture_pixels_max) {
    return core::Error{core::Code::bad_input,
                       "a picture of " + std::to_string(*width) + " x " + std::to_string(*height) +
                           " is above the limit of " +
                           std::to_string(core::limits::picture_pixels_max) + " pixels"};
  }
  return core::Size{int(*width), int(*height)};
}

core::StreamId stream_of(const Event& event) { return {event.topic.site, event.topic.device}; }

Event make_event(const core::StreamId& stream, Kind kind, core::Timestamp time, uint64_t number) {
  Event event;
  event.topic = {stream.site, stream.device, kind};
  event.attributes = {
      {"specversion", "1.0"},
      {"id", std::string(to_string(kind)) + "-" + std::to_string(number) + "-" +
                 std::to_string(time.time_since_epoch().count())},
      {"source", "/" + stream.site + "/" + stream.device},
      {"type", std::string("fovea.") + to_string(kind) + ".v1"},
      {"time", core::to_rfc3339(time)},
  };
  return event;
}

core::Status expect_kind(const Event& event, Kind kind) {
  if (event.topic.kind == kind) return {};
  return core::Error{core::Code::bad_input, std::string("expected a ") + to_string(kind) +
                                                " event, not a " + to_string(event.topic.kind) +
                                                " event"};
}

}  // namespace fovea::wire
