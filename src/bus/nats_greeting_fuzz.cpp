#include <cstdint>

#include "bus/nats_greeting.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto greeting = fovea::bus::parse_greeting(text)) {
    (void)fovea::bus::has_known_hole(greeting->version);
  }
  (void)fovea::bus::has_known_hole(text);
  return 0;
}
