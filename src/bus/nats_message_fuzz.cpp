#include "bus/nats_message.h"
#include "core/assert.h"

// Headers as any client of the server may send them.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto glance = fovea::bus::glance_at({reinterpret_cast<const char*>(data), size}, 0);
  FOVEA_ASSERT(glance.bytes == size);
  return 0;
}
