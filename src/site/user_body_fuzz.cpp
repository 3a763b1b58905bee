#include <cstdint>

#include "site/user_body.h"

// Whatever is sent to change users: no crash.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)fovea::site::parse_new_user(text);
  (void)fovea::site::parse_user_change(text);
  (void)fovea::site::parse_password_change(text);
  return 0;
}
