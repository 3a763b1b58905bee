#include "core/image.h"

#include "core/assert.h"

namespace fovea::core {

size_t image_bytes(PixelFormat format, Size size) {
  const size_t pixels = size_t(size.width) * size_t(size.height);
  const size_t chroma = size_t((size.width + 1) / 2) * size_t((size.height + 1) / 2);
  switch (format) {
    case PixelFormat::gray8: return pixels;
    case PixelFormat::rgb24:
    case PixelFormat::bgr24: return pixels * 3;
    case PixelFormat::yuyv422: return pixels * 2;
    case PixelFormat::i420:
    case PixelFormat::nv12: return pixels + 2 * chroma;
  }
  assertion_failed("known pixel format", __FILE__, __LINE__);
}

const char* to_string(Codec codec) { return codec == Codec::jpeg ? "jpeg" : "h264"; }

}  // namespace fovea::core
