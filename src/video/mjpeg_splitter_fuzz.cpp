#include <algorithm>
#include <cstdint>

#include "core/assert.h"
#include "video/mjpeg_splitter.h"

// The first byte chooses the size of the pieces. Whatever comes, each picture starts and ends with
// its markers, and no byte is lost or counted twice.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece = 1 + data[0];
  fovea::video::MjpegSplitter splitter;
  uint64_t given = 0;
  for (size_t at = 1; at < size; at += piece) {
    splitter.push({data + at, std::min(piece, size - at)});
    while (auto picture = splitter.take()) {
      given += picture->size();
      FOVEA_ASSERT(picture->size() >= 4);
      FOVEA_ASSERT(picture->data()[0] == 0xff);
      FOVEA_ASSERT(picture->data()[1] == 0xd8);
      FOVEA_ASSERT(picture->data()[picture->size() - 2] == 0xff);
      FOVEA_ASSERT(picture->data()[picture->size() - 1] == 0xd9);
    }
  }
  FOVEA_ASSERT(given + splitter.skipped_bytes() <= size - 1);
  return 0;
}
