#include "net/hmac_sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "core/assert.h"

namespace fovea::net {
namespace {

const uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view data) {
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(data),
                          data.size(), digest, &length);
  FOVEA_ASSERT(made != nullptr);
  return {reinterpret_cast<const char*>(digest), length};
}

std::string base64_encode(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<uint8_t*>(text.data()), bytes_of(bytes),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

core::Result<std::string> base64_decode(std::string_view text) {
  const core::Error wrong{core::Code::bad_input, "this is no base64"};
  const auto padding = static_cast<size_t>(
      std::find_if(text.rbegin(), text.rend(), [](char c) { return c != '='; }) - text.rbegin());
  // OpenSSL takes blanks at both ends.
  const bool blank = std::any_of(text.begin(), text.end(), [](char c) { return c <= ' '; });
  if (text.size() % 4 != 0 || padding > 2 || blank) return wrong;
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<uint8_t*>(bytes.data()), bytes_of(text),
                                     static_cast<int>(text.size()));
  if (length < 0) return wrong;
  bytes.resize(static_cast<size_t>(length) - padding);
  return bytes;
}

}  // namespace fovea::net
