#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "learn/trainer_event.h"

// As it comes through the pipe, in two pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::learn;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  TrainerEventReader reader(
      [](const TrainerEvent& event) {
        FOVEA_ASSERT(parse_trainer_event(to_json(event)).has_value());
      },
      [](std::string_view line) { FOVEA_ASSERT(line.find('\n') == line.npos); });
  reader.read(text.substr(0, size / 2));
  reader.read(text.substr(size / 2));
  reader.read("\n");
  return 0;
}
