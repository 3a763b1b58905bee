#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "learn/trainer_event.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto event = fovea::learn::parse_trainer_event({reinterpret_cast<const char*>(data), size});
  if (event) FOVEA_ASSERT(fovea::learn::parse_trainer_event(to_json(*event)).has_value());
  return 0;
}
