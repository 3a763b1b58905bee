#include <cstdint>
#include <span>

#include "core/assert.h"
#include "learn/weights.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file = fovea::learn::parse_safetensors({data, size});
  if (!file) return 0;
  const auto again = fovea::learn::parse_safetensors(fovea::learn::to_safetensors(*file));
  FOVEA_ASSERT(again && again->tensors == file->tensors);
  const auto described = file->metadata.find("network");
  if (described != file->metadata.end())
    (void)fovea::learn::parse_network_config(described->second);
  return 0;
}
