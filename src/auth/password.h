#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::auth {

inline constexpr size_t password_bytes_min = 10;
inline constexpr size_t password_bytes_max = 256;

// What a new password must be: long enough, and not the name. Errors: bad_input.
core::Status check_new_password(std::string_view user, std::string_view password);

// Argon2id (RFC 9106) by libsodium with 64 MiB and 2 passes: about 0.1 s of one core. The text
// carries salt and parameters. Threads: any; who calls caps how many run at once. Errors: busy
// (no memory for it).
core::Result<std::string> hash_password(std::string_view password);

// Constant time for what matters. An empty `hash` (no such user) takes as long and is never right.
bool verify_password(const std::string& hash, std::string_view password);

}  // namespace fovea::auth
