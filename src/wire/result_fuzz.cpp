#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "wire/result_event.h"

// Any text is refused or is a result that can be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto result = wire::parse_result_json(text);
  if (!result) return 0;
  FOVEA_ASSERT(wire::parse_result_json(wire::to_json(*result)).has_value());
  return 0;
}
