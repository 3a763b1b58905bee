#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "core/polygon.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::core;
  const auto polygon = parse_polygon({reinterpret_cast<const char*>(data), size});
  if (!polygon) return 0;
  const auto again = parse_polygon(to_text(*polygon));
  FOVEA_ASSERT(again);
  FOVEA_ASSERT(*again == *polygon);
  contains(*polygon, {0.5, 0.5});
  return 0;
}
