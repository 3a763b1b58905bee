#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fovea::auth {

// The value of a cookie in a Cookie header (RFC 6265, 5.4); of several with one name the first, as
// browsers send the most specific first. Empty: not there.
std::optional<std::string> cookie_value(std::string_view header, std::string_view name);

// The secret in an Authorization header: "Bearer SECRET" (RFC 6750), or the password of "Basic"
// (RFC 7617), for programs that know nothing else (the user's name there says nothing). Empty:
// anything else, or longer than credential_bytes_max.
std::optional<std::string> bearer_or_basic(std::string_view header);

inline constexpr size_t credential_bytes_max = 512;

}  // namespace fovea::auth
