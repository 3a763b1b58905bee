#pragma once

#include <span>
#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::codec {

// Class maps: 8-bit greyscale PNG, pixel = class index. Made for speed: no row filter, ISA-L's
// deflate.
core::Result<core::Buffer> encode_png(const core::Image& image);  // gray8 or rgb24

// Reads 8-bit greyscale or palette (as indices) into gray8, RGB into rgb24; alpha is dropped.
// Errors: bad_input (not a PNG, cut short, too large, 16 bit).
core::Result<core::Image> decode_png(std::span<const uint8_t> png);

// The same, and the colours that the indices stand for, if it has a palette.
struct PngWithPalette {
  core::Image image;
  std::vector<core::Colour> palette;  // empty: it has none
};
core::Result<PngWithPalette> decode_png_with_palette(std::span<const uint8_t> png);

// Reads the header only. Errors: bad_input (not a PNG, cut short).
core::Result<core::Size> read_png_size(std::span<const uint8_t> png);

// The same as a picture, always rgb24: grey and palette become the colours that they stand for.
core::Result<core::Image> decode_png_rgb(std::span<const uint8_t> png);

}  // namespace fovea::codec
