#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::core {

// Base64 (RFC 4648, section 4) with padding; by libsodium. Pure; threads: any.
// Errors of decoding: bad_input (other letters, blanks too, and missing padding).
std::string base64_encode(std::string_view bytes);
Result<std::string> base64_decode(std::string_view text);

// The letters that stand in a URL as they are, without padding (RFC 4648, section 5).
std::string base64url_encode(std::string_view bytes);
Result<std::string> base64url_decode(std::string_view text);

}  // namespace fovea::core
