#pragma once

#include <string>
#include <string_view>

namespace fovea::auth {

// 256 bits of chance as URL-safe text with a prefix that secret scanners can find:
// "fovea_...", 49 characters.
std::string new_secret();

// What is stored of a secret. It has 256 bits, so a fast hash does: BLAKE2b, hexadecimal. `purpose`
// keeps the hashes of one secret for different uses apart.
std::string secret_hash(std::string_view secret, std::string_view purpose);

// 64 bits of chance in hexadecimal, to name a thing.
std::string new_id();

bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace fovea::auth
