#include <fmt/format.h>
#include <png.h>

#include <cstring>

#include "codec/png.h"
#include "core/limits.h"

namespace fovea::codec {

using core::Bytes;
using core::Code;
using core::Error;
using core::Image;
using core::PixelFormat;
using core::Result;

namespace {

// libpng reports errors by longjmp: no object with a destructor may live in a frame that is
// jumped over, so all of them are here, owned by the caller.
struct Reader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::span<const uint8_t> in;
  size_t at = 0;
  std::string message;
  Bytes pixels;
  core::Size size;
  int channels = 0;
  std::vector<core::Colour> palette;
  bool as_rgb = false;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

void take(png_structp png, png_bytep data, png_size_t length) {
  auto* reader = static_cast<Reader*>(png_get_io_ptr(png));
  if (length > reader->in.size() - reader->at) png_error(png, "data cut short");
  std::memcpy(data, reader->in.data() + reader->at, length);
  reader->at += length;
}

[[noreturn]] void keep_message(png_structp png, png_const_charp message) {
  if (auto* reader = static_cast<Reader*>(png_get_error_ptr(png))) reader->message = message;
  png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

// Palette pictures stay indices where no colours are asked for: a class map saved by other tools
// with a palette keeps its classes.
void set_transformations(Reader& reader, int colour_type, int depth) {
  if (depth < 8) png_set_packing(reader.png);
  if (reader.as_rgb) {
    png_set_expand(reader.png);
    png_set_gray_to_rgb(reader.png);
    png_set_strip_alpha(reader.png);
  }
  if (colour_type & PNG_COLOR_MASK_ALPHA) png_set_strip_alpha(reader.png);
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
}

void keep_palette(Reader& reader) {
  png_colorp colours = nullptr;
  int count = 0;
  if (png_get_PLTE(reader.png, reader.info, &colours, &count) == 0) return;
  for (int i = 0; i < count; ++i) {
    reader.palette.push_back({colours[i].red, colours[i].green, colours[i].blue});
  }
}

bool read(Reader& reader) {
  if (setjmp(png_jmpbuf(reader.png))) return false;
  const auto side_max = png_uint_32(core::limits::picture_side_max);
  png_set_user_limits(reader.png, side_max, side_max);
  // What stands beside the pixels (texts, colour profiles) is passed over: libpng takes the memory
  // that such a chunk claims before it looks whether so much is there.
  png_set_keep_unknown_chunks(reader.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_set_read_fn(reader.png, &reader, take);
  png_read_info(reader.png, reader.info);
  const int colour_type = png_get_color_type(reader.png, reader.info);
  const int depth = png_get_bit_depth(reader.png, reader.info);
  if (depth == 16) png_error(reader.png, "16 bits per sample are not supported");
  reader.size = {int(png_get_image_width(reader.png, reader.info)),
                 int(png_get_image_height(reader.png, reader.info))};
  if (size_t(reader.size.width) * size_t(reader.size.height) > core::limits::picture_pixels_max) {
    png_error(reader.png, "too many pixels");
  }
  if (colour_type == PNG_COLOR_TYPE_PALETTE) keep_palette(reader);
  set_transformations(reader, colour_type, depth);
  reader.channels = png_get_channels(reader.png, reader.info);
  const size_t row_bytes = size_t(reader.size.width) * size_t(reader.channels);
  if (row_bytes != png_get_rowbytes(reader.png, reader.info)) {
    png_error(reader.png, "unexpected layout");
  }
  reader.pixels.resize(row_bytes * size_t(reader.size.height));
  const int passes = png_get_interlace_type(reader.png, reader.info) == PNG_INTERLACE_NONE ? 1 : 7;
  for (int pass = 0; pass < passes; ++pass) {
    for (int row = 0; row < reader.size.height; ++row) {
      png_read_row(reader.png, reader.pixels.data() + size_t(row) * row_bytes, nullptr);
    }
  }
  return true;
}

Result<PngWithPalette> decode(std::span<const uint8_t> png, bool as_rgb) {
  if (png.size() < 8 || png_sig_cmp(png.data(), 0, 8) != 0) {
    return Error{Code::bad_input, "not a PNG"};
  }
  Reader reader;
  reader.in = png;
  reader.as_rgb = as_rgb;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, keep_message, ignore_warning);
  if (reader.png) reader.info = png_create_info_struct(reader.png);
  if (!reader.info) return Error{Code::internal, "libpng has no memory"};
  if (!read(reader)) return Error{Code::bad_input, "PNG: " + reader.message};
  const PixelFormat format = reader.channels == 1 ? PixelFormat::gray8 : PixelFormat::rgb24;
  return PngWithPalette{{format, reader.size, std::move(reader.pixels)}, std::move(reader.palette)};
}

}  // namespace

Result<PngWithPalette> decode_png_with_palette(std::span<const uint8_t> png) {
  return decode(png, false);
}

Result<core::Size> read_png_size(std::span<const uint8_t> png) {
  constexpr size_t signature_bytes = 8, length_bytes = 4, type_bytes = 4;
  constexpr size_t width_at = signature_bytes + length_bytes + type_bytes;
  if (png.size() < width_at + 8 || png_sig_cmp(png.data(), 0, signature_bytes) != 0 ||
      std::memcmp(png.data() + signature_bytes + length_bytes, "IHDR", type_bytes) != 0) {
    return Error{Code::bad_input, "not a PNG"};
  }
  const uint32_t width = png_get_uint_32(png.data() + width_at);
  const uint32_t height = png_get_uint_32(png.data() + width_at + 4);
  const auto side_max = uint32_t(core::limits::picture_side_max);
  if (width == 0 || height == 0 || width > side_max || height > side_max) {
    return Error{Code::bad_input, fmt::format("a PNG of {}x{} is not read", width, height)};
  }
  return core::Size{int(width), int(height)};
}

Result<Image> decode_png(std::span<const uint8_t> png) {
  auto decoded = decode(png, false);
  if (!decoded) return decoded.error();
  return std::move(decoded->image);
}

Result<Image> decode_png_rgb(std::span<const uint8_t> png) {
  auto decoded = decode(png, true);
  if (!decoded) return decoded.error();
  return std::move(decoded->image);
}

}  // namespace fovea::codec
