#include <cstddef>
#include <cstdint>

#include "codec/jpeg.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> input(data, size);
  auto info = fovea::codec::read_jpeg_info(input);
  // Large pictures of few bytes only cost time here; the limit has its own test.
  if (!info || info->size.width * info->size.height > 512 * 512) return 0;
  static_cast<void>(fovea::codec::JpegDecoder().decode_covering(input, {32, 32}));
  return 0;
}
