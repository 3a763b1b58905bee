#include <cstddef>
#include <cstdint>

#include "codec/jpeg.h"
#include "core/assert.h"

namespace {

// Whatever came before it, a picture is decoded.
void check_next(fovea::codec::JpegDecoder& decoder) {
  static const auto good = *fovea::codec::JpegEncoder().encode(
      {fovea::core::PixelFormat::gray8, {16, 16}, fovea::core::Bytes(16 * 16, 99)}, 80);
  FOVEA_ASSERT(decoder.decode(good.span()).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> input(data, size);
  auto info = fovea::codec::read_jpeg_info(input);
  // Large pictures of few bytes only cost time here; the limit has its own test.
  if (!info || info->size.width * info->size.height > 512 * 512) return 0;
  fovea::codec::JpegDecoder decoder;
  static_cast<void>(decoder.decode_covering(input, {32, 32}));
  check_next(decoder);
  return 0;
}
