#include <cstdint>
#include <cstdlib>

#include "infer/manifest.h"

// What is accepted must survive being written and read again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto manifest = fovea::infer::parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) return 0;
  const auto again = fovea::infer::parse_manifest(fovea::infer::to_json(*manifest));
  if (!again || !(*again == *manifest)) std::abort();
  return 0;
}
