#include "video/picture_clock.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/assert.h"

namespace fovea::video {

namespace {

constexpr int check_bits = 4;
constexpr int time_bits = picture_clock_cells - 2 - check_bits;

uint64_t word_of(core::Timestamp time) {
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const uint64_t bits = uint64_t(ms) & ((uint64_t{1} << time_bits) - 1);
  uint64_t check = 0;
  for (uint64_t left = bits; left != 0; left >>= check_bits) check ^= left & 15;
  return bits << check_bits | check;
}

}  // namespace

core::Image paint_clock(const core::Image& image, core::Timestamp time) {
  FOVEA_ASSERT(image.format == core::PixelFormat::rgb24);
  const uint64_t cells = uint64_t{2} << (time_bits + check_bits) | word_of(time);
  const auto width = size_t(image.size.width);
  const size_t rows = std::min(size_t(image.size.height), 2 * width / picture_clock_cells);
  const auto pixels = image.pixels.span();
  core::Bytes painted(pixels.begin(), pixels.end());
  for (size_t x = 0; x < width; ++x) {
    const size_t cell = x * picture_clock_cells / width;
    const bool bright = (cells >> (picture_clock_cells - 1 - cell) & 1) != 0;
    for (size_t y = 0; y < rows; ++y) {
      std::fill_n(painted.begin() + std::ptrdiff_t((y * width + x) * 3), 3, bright ? 255 : 0);
    }
  }
  return {image.format, image.size, core::Buffer(std::move(painted))};
}

}  // namespace fovea::video
