#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::net {

// HMAC-SHA256 (RFC 2104) of `data` under `key`: 32 bytes. By OpenSSL.
std::string hmac_sha256(std::string_view key, std::string_view data);

// Base64 (RFC 4648) with padding. Errors of decoding: bad_input.
std::string base64_encode(std::string_view bytes);
core::Result<std::string> base64_decode(std::string_view text);

}  // namespace fovea::net
