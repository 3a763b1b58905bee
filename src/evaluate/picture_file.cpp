#include "evaluate/picture_file.h"

#include "codec/jpeg.h"
#include "codec/png.h"
#include "core/file.h"

namespace fovea::evaluate {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

namespace {

constexpr size_t file_bytes_max = 256u << 20;  // of one picture

}  // namespace

core::Result<core::Image> read_picture(const fs::path& path) {
  const auto bytes = core::read_file(path, file_bytes_max);
  if (!bytes) return bytes.error();
  if (core::lower_extension(path) == ".png") return codec::decode_png_rgb(bytes->span());
  return codec::JpegDecoder().decode(bytes->span());
}

core::Result<codec::PngWithPalette> read_class_map(const fs::path& path) {
  const auto bytes = core::read_file(path, file_bytes_max);
  if (!bytes) return bytes.error();
  auto decoded = codec::decode_png_with_palette(bytes->span());
  if (!decoded || decoded->image.format == core::PixelFormat::gray8) return decoded;
  const core::Image& map = decoded->image;
  // Some programs save grey pictures as RGB.
  core::Bytes grey(map.pixels.size() / 3);
  for (size_t i = 0; i < grey.size(); ++i) {
    const uint8_t* pixel = map.pixels.data() + 3 * i;
    if (pixel[0] != pixel[1] || pixel[1] != pixel[2]) {
      return Error{Code::bad_input,
                   "a class map is a grey PNG, its pixels class indices; this one "
                   "is coloured"};
    }
    grey[i] = pixel[0];
  }
  return codec::PngWithPalette{{core::PixelFormat::gray8, map.size, std::move(grey)}, {}};
}

}  // namespace fovea::evaluate
