#include <cstdint>
#include <string>

#include "core/assert.h"
#include "core/ids.h"
#include "wire/command_event.h"

// The input is the payload of a command. What is accepted must survive being written and read
// again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea;
  wire::Event event = wire::make_command_event({{"plant", "hall"}, {}, wire::command_keyframe});
  event.payload = core::Buffer(std::string(reinterpret_cast<const char*>(data), size));
  const auto command = wire::parse_command_event(event);
  if (!command) return 0;
  FOVEA_ASSERT(core::is_name(command->word));
  const wire::Event written = wire::make_command_event(*command);
  FOVEA_ASSERT(!wire::find_fault(written));
  const auto again = wire::parse_command_event(written);
  FOVEA_ASSERT(again.has_value());
  FOVEA_ASSERT(again->time == command->time && again->word == command->word);
  return 0;
}
