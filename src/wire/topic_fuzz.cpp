#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "wire/topic.h"

// Any text is refused or is a topic that writes itself back as it was.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view name(reinterpret_cast<const char*>(data), size);
  const auto topic = fovea::wire::parse_topic(name);
  if (topic) FOVEA_ASSERT(topic->name() == name);
  return 0;
}
