#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace fovea::core {

// Names of sites and devices: [A-Za-z0-9_-]{1,64}.
bool is_name(std::string_view text);

// An error that says what is wrong with the name; `what` is "site" or "device".
Status check_name(std::string_view what, std::string_view text);

// A stream is a device at a site.
struct StreamId {
  std::string site;
  std::string device;
  auto operator<=>(const StreamId&) const = default;
};

// Cuts a hostile text down for a message: control characters replaced, at most `length_max` bytes.
std::string printable(std::string_view text, size_t length_max = 80);

// The candidate with the smallest edit distance to `text`, for "did you mean"; empty if none is
// close.
std::string nearest(std::string_view text, const std::vector<std::string>& candidates);

}  // namespace fovea::core
