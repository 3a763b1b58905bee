#include <algorithm>
#include <cstdint>

#include "codec/h264_units.h"
#include "core/assert.h"
#include "video/h264_splitter.h"

// The first byte chooses the size of the pieces. Whatever comes, each unit begins with a start code
// and no byte is given twice; what a camera's framer makes of them is numbered without a hole and
// says of itself what it is.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea;
  if (size == 0) return 0;
  const size_t piece = 1 + data[0];
  video::H264Splitter splitter;
  codec::H264Framer framer;
  uint64_t given = 0, number = 0;
  for (size_t at = 1; at < size; at += piece) {
    splitter.push({data + at, std::min(piece, size - at)});
    while (auto unit = splitter.take()) {
      given += unit->size();
      FOVEA_ASSERT(codec::NalReader(unit->span()).next()->begin == 0);
      const auto picture = framer.picture(unit->span());
      if (!picture) continue;
      FOVEA_ASSERT(picture->number == ++number);
      const auto info = codec::read_h264_info(picture->data.span());
      FOVEA_ASSERT(info.has_value());
      FOVEA_ASSERT(!picture->key || (info->idr && info->parameters && info->size == picture->size));
    }
  }
  FOVEA_ASSERT(given <= size - 1);
  return 0;
}
