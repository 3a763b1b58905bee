#include "auth/secret.h"

#include <sodium.h>

#include "core/assert.h"

namespace fovea::auth {

namespace {

std::string hexadecimal(const unsigned char* bytes, size_t size) {
  std::string text(size * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes, size);
  text.pop_back();
  return text;
}

void start_sodium() { FOVEA_ASSERT(sodium_init() >= 0); }

}  // namespace

std::string new_secret() {
  start_sodium();
  unsigned char bytes[32];
  randombytes_buf(bytes, sizeof bytes);
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(sizeof bytes, variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, sizeof bytes, variant);
  text.pop_back();
  return "fovea_" + text;
}

std::string secret_hash(std::string_view secret, std::string_view purpose) {
  start_sodium();
  unsigned char hash[32];
  const std::string text = std::string(purpose) + '\0' + std::string(secret);
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  return hexadecimal(hash, sizeof hash);
}

std::string new_id() {
  start_sodium();
  unsigned char bytes[8];
  randombytes_buf(bytes, sizeof bytes);
  return hexadecimal(bytes, sizeof bytes);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace fovea::auth
