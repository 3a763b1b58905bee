#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/result.h"

namespace fovea::wire {

// What an event is; also the last part of its topic and of its CloudEvents type.
enum class Kind { frame, mask, result, alert, status, command };

const char* to_string(Kind kind);
std::optional<Kind> parse_kind(std::string_view text);

// `fovea.<site>.<device>.<kind>`, the address of events on the bus.
struct Topic {
  std::string site;
  std::string device;
  Kind kind = Kind::frame;

  std::string name() const;
  bool operator==(const Topic&) const = default;
};

// Errors: bad_input, with the text made printable.
core::Result<Topic> parse_topic(std::string_view name);

// What a subscription wants; an empty field matches everything.
struct TopicFilter {
  std::string site;
  std::string device;
  std::optional<Kind> kind;

  bool matches(const Topic& topic) const;
  // With the broker's wildcard for one part: "fovea.site.*.frame".
  std::string pattern(std::string_view wildcard) const;
};

}  // namespace fovea::wire
