#include "video/planes.h"

#include <fmt/format.h>

#include <cstring>

namespace fovea::video {

namespace {

core::Size half(core::Size size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }

core::Image nv12_to_i420(const core::Image& image) {
  const size_t luma = size_t(image.size.width) * image.size.height;
  const core::Size chroma = half(image.size);
  const size_t quarter = size_t(chroma.width) * chroma.height;
  core::Bytes out(luma + 2 * quarter);
  std::memcpy(out.data(), image.pixels.data(), luma);
  const uint8_t* from = image.pixels.data() + luma;
  uint8_t* u = out.data() + luma;
  uint8_t* v = u + quarter;
  for (size_t i = 0; i < quarter; ++i) {
    u[i] = from[2 * i];
    v[i] = from[2 * i + 1];
  }
  return {core::PixelFormat::i420, image.size, std::move(out)};
}

// Y0 U Y1 V for each pair of pixels; the colour of two rows becomes one.
core::Image yuyv_to_i420(const core::Image& image) {
  const auto [width, height] = image.size;
  const core::Size chroma = half(image.size);
  const size_t luma = size_t(width) * height;
  const size_t quarter = size_t(chroma.width) * chroma.height;
  core::Bytes out(luma + 2 * quarter);
  const uint8_t* from = image.pixels.data();
  for (size_t i = 0; i < luma; ++i) out[i] = from[2 * i];
  for (int y = 0; y < chroma.height; ++y) {
    const uint8_t* row = from + size_t(2 * y) * width * 2;
    const uint8_t* next = 2 * y + 1 < height ? row + size_t(width) * 2 : row;
    uint8_t* u = out.data() + luma + size_t(y) * chroma.width;
    uint8_t* v = u + quarter;
    for (int x = 0; x < chroma.width; ++x) {
      u[x] = static_cast<uint8_t>((row[4 * x + 1] + next[4 * x + 1] + 1) / 2);
      v[x] = static_cast<uint8_t>((row[4 * x + 3] + next[4 * x + 3] + 1) / 2);
    }
  }
  return {core::PixelFormat::i420, image.size, std::move(out)};
}

}  // namespace

core::Result<PlanarImage> split_planes(const core::Image& image) {
  const auto [width, height] = image.size;
  if (width <= 0 || height <= 0 || image.pixels.size() != image_bytes(image.format, image.size)) {
    return core::Error{core::Code::bad_input, fmt::format("a picture of {}x{} cannot have {} bytes",
                                                          width, height, image.pixels.size())};
  }
  PlanarImage planar;
  switch (image.format) {
    case core::PixelFormat::yuyv422: planar.image = yuyv_to_i420(image); break;
    case core::PixelFormat::nv12: planar.image = nv12_to_i420(image); break;
    default: planar.image = image;
  }
  const uint8_t* data = planar.image.pixels.data();
  switch (planar.image.format) {
    case core::PixelFormat::gray8: planar.planes = {{data, width, height, 1}}; break;
    case core::PixelFormat::rgb24:
    case core::PixelFormat::bgr24: planar.planes = {{data, width, height, 3}}; break;
    default: {
      const core::Size chroma = half(image.size);
      const size_t luma = size_t(width) * height;
      const size_t quarter = size_t(chroma.width) * chroma.height;
      planar.planes = {{data, width, height, 1},
                       {data + luma, chroma.width, chroma.height, 1},
                       {data + luma + quarter, chroma.width, chroma.height, 1}};
    }
  }
  return planar;
}

}  // namespace fovea::video
