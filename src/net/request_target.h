#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::net {

// The target of a request line, decoded once, so that nobody decodes again.
struct RequestTarget {
  std::string path;  // "/devices/cam1/frame.jpg"
  std::map<std::string, std::string> query;
  std::string authority;  // of the absolute form "http://host:port/path"; else empty
};

inline constexpr size_t query_pairs_max = 64;

// Takes the origin form ("/a/b?c=d"), the absolute form and "*" (path "*"). Errors: bad_input for
// broken percent codes, bytes that are no UTF-8, control characters, backslashes, an encoded
// slash, empty, "." or ".." path parts (plain or encoded: nothing climbs out of a folder), and
// more than query_pairs_max pairs. Of a name given twice the last counts. RFC 9112, RFC 3986.
core::Result<RequestTarget> parse_request_target(std::string_view target);

// Undoes %XX; with `plus` also '+' for a space. Empty: a broken code.
std::optional<std::string> percent_decode(std::string_view text, bool plus);

}  // namespace fovea::net
