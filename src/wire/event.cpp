#include "wire/event.h"

#include <algorithm>

#include "core/limits.h"
#include "wire/attributes.h"

namespace fovea::wire {

namespace limits = core::limits;

namespace {

// CloudEvents wants names of lower-case letters and digits, and advises at most 20 of them.
constexpr size_t attribute_name_length_max = 40;

bool is_attribute_name(std::string_view name) {
  return !name.empty() && name.size() <= attribute_name_length_max &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<Fault> find_attribute_fault(const Event& event) {
  if (event.attributes.size() > limits::event_attributes_max) {
    return Fault{"attributes", "an event may have " + std::to_string(limits::event_attributes_max) +
                                   " attributes, not " + std::to_string(event.attributes.size())};
  }
  for (const auto& [name, value] : event.attributes) {
    if (!is_attribute_name(name)) {
      return Fault{"attributes", "the attribute name '" + core::printable(name, 40) +
                                     "' is not 1 to 40 lower-case letters and digits"};
    }
    if (value.size() > limits::event_attribute_bytes_max) {
      return Fault{"attributes", "the attribute '" + name + "' has " +
                                     std::to_string(value.size()) + " bytes; at most " +
                                     std::to_string(limits::event_attribute_bytes_max) +
                                     " are allowed"};
    }
    if (has_control_characters(value)) {
      return Fault{"attributes", "the attribute '" + name + "' has control characters"};
    }
  }
  if (event.content_type.size() > limits::event_attribute_bytes_max ||
      has_control_characters(event.content_type)) {
    return Fault{"attributes", "the content type is too long or has control characters"};
  }
  return std::nullopt;
}

std::optional<Fault> find_identity_fault(const Event& event) {
  const std::string* version = find_attribute(event.attributes, "specversion");
  if (!version || *version != "1.0") {
    return Fault{"specversion", "the event is not a CloudEvent 1.0 (specversion)"};
  }
  const std::string* id = find_attribute(event.attributes, "id");
  if (!id || id->empty()) return Fault{"id", "the event has no id"};
  const std::string* source = find_attribute(event.attributes, "source");
  const std::string expected_source = "/" + event.topic.site + "/" + event.topic.device;
  if (!source || *source != expected_source) {
    return Fault{"source", "the event's source '" + core::printable(source ? *source : "") +
                               "' is not that of its topic, '" + expected_source + "'"};
  }
  const std::string* type = find_attribute(event.attributes, "type");
  const std::string expected_type = std::string("fovea.") + to_string(event.topic.kind) + ".v1";
  if (!type || *type != expected_type) {
    return Fault{"type", "the event's type '" + core::printable(type ? *type : "") +
                             "' is not that of its topic, '" + expected_type + "'"};
  }
  const std::string* time = find_attribute(event.attributes, "time");
  if (time && !core::parse_rfc3339(*time)) {
    return Fault{"time", "the event's time '" + core::printable(*time) + "' is not RFC 3339"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fault> find_fault(const Event& event) {
  if (!core::is_name(event.topic.site) || !core::is_name(event.topic.device)) {
    return Fault{"topic", "the event's topic '" + core::printable(event.topic.name()) +
                              "' has no valid site or device"};
  }
  if (auto fault = find_attribute_fault(event)) return fault;
  if (auto fault = find_identity_fault(event)) return fault;
  const bool is_picture = event.topic.kind == Kind::frame || event.topic.kind == Kind::mask;
  const size_t bytes_max = is_picture ? limits::frame_bytes_max : limits::json_bytes_max;
  if (event.payload.size() > bytes_max) {
    return Fault{"size", "the payload of a " + std::string(to_string(event.topic.kind)) +
                             " event has " + std::to_string(event.payload.size()) +
                             " bytes; at most " + std::to_string(bytes_max) + " are allowed"};
  }
  return std::nullopt;
}

core::Status check_event(const Event& event) {
  if (auto fault = find_fault(event)) return core::Error{core::Code::bad_input, fault->message};
  return {};
}

core::Result<Topic> topic_of(const Attributes& attributes) {
  const core::Error wrong{core::Code::bad_input, "the event's source and type name no topic"};
  const std::string* source = find_attribute(attributes, "source");
  const std::string* type = find_attribute(attributes, "type");
  if (!source || !type || !source->starts_with('/')) return wrong;
  if (!type->starts_with("fovea.") || !type->ends_with(".v1")) return wrong;
  const size_t slash = source->find('/', 1);
  if (slash == std::string::npos) return wrong;
  const auto kind = parse_kind(std::string_view(*type).substr(6, type->size() - 9));
  Topic topic{source->substr(1, slash - 1), source->substr(slash + 1), Kind::frame};
  if (!kind || !core::is_name(topic.site) || !core::is_name(topic.device)) return wrong;
  topic.kind = *kind;
  return topic;
}

}  // namespace fovea::wire
