#include <cstddef>
#include <cstdint>

#include "core/assert.h"
#include "core/json_reader.h"

// Whatever is read can be written and is then read as the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::core;
  const auto parsed = parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    FOVEA_ASSERT(parsed.error().code == Code::bad_input);
    return 0;
  }
  const std::string text = parsed->dump();
  const auto again = parse_json(text);
  FOVEA_ASSERT(again && again->dump() == text);
  const auto ascii = parse_json(parsed->dump_ascii());
  FOVEA_ASSERT(ascii && ascii->dump() == text);
  JsonReader reader(*parsed);
  (void)reader.optional_text("a", 10);
  (void)reader.finish();
  return 0;
}
