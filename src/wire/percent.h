#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fovea::wire {

// Attribute values in headers: what is not printable ASCII, and space, '"' and '%', is written as
// %XX of its UTF-8 bytes (CloudEvents HTTP protocol binding 1.0.2, section 3.1.3.2, which the NATS
// binding follows).
std::string percent_encode(std::string_view value);

// Empty if a '%' is not followed by two hex digits. Every other character stands for itself.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace fovea::wire
