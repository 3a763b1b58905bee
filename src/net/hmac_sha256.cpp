#include "net/hmac_sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/assert.h"

namespace fovea::net {

std::string hmac_sha256(std::string_view key, std::string_view data) {
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  const auto* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const uint8_t*>(data.data()), data.size(), digest, &length);
  FOVEA_ASSERT(made != nullptr);
  return {reinterpret_cast<const char*>(digest), length};
}

}  // namespace fovea::net
