#include <cstddef>
#include <cstdint>

#include "codec/h264_units.h"
#include "core/assert.h"
#include "core/limits.h"

// What a camera or the bus brings as an access unit: whatever is admitted stays within the limits.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace limits = fovea::core::limits;
  const std::span<const uint8_t> unit(data, size);
  const auto info = fovea::codec::read_h264_info(unit);
  if (info) {
    const auto pixels = uint64_t(info->size.width) * uint64_t(info->size.height);
    FOVEA_ASSERT(pixels <= limits::picture_pixels_max);
    FOVEA_ASSERT(info->decoder_bytes < (uint64_t(1) << 36));
  }
  fovea::codec::H264Framer framer;
  static_cast<void>(framer.picture(unit));
  static_cast<void>(framer.picture(unit));
  return 0;
}
