#include <cstddef>
#include <cstdint>

#include "codec/png.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static_cast<void>(fovea::codec::read_png_size({data, size}));
  static_cast<void>(fovea::codec::decode_png({data, size}));
  return 0;
}
