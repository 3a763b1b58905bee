#include "site/sign_in_body.h"

// Whatever a stranger sends to sign in: no crash.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)fovea::site::parse_sign_in(text, false);
  (void)fovea::site::parse_sign_in(text, true);
  return 0;
}
