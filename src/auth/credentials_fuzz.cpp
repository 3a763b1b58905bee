#include <cstdint>
#include <cstdlib>

#include "auth/credentials.h"

// Whatever a stranger sends as Cookie or Authorization: no crash, and nothing endless comes out.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cookie = cookie_value(text, "fovea");
  if (cookie && (cookie->size() > credential_bytes_max || cookie->find(';') != cookie->npos)) {
    std::abort();
  }
  const auto secret = bearer_or_basic(text);
  if (secret && secret->size() > credential_bytes_max) std::abort();
  return 0;
}
