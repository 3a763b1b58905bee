#pragma once

#include <string>
#include <string_view>

namespace fovea::net {

// HMAC-SHA256 (RFC 2104) of `data` under `key`: 32 bytes. By OpenSSL.
std::string hmac_sha256(std::string_view key, std::string_view data);

}  // namespace fovea::net
