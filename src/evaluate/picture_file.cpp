#include "evaluate/picture_file.h"

#include <fstream>

#include "codec/jpeg.h"
#include "codec/png.h"

namespace fovea::evaluate {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

namespace {

core::Result<core::Bytes> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  core::Bytes bytes((std::istreambuf_iterator<char>(file)), {});
  if (!file) return Error{Code::io, path.string() + " cannot be read"};
  return bytes;
}

}  // namespace

core::Result<core::Image> read_picture(const fs::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  if (path.extension() != ".png") return codec::JpegDecoder().decode(*bytes);
  auto image = codec::decode_png(*bytes);
  if (!image || image->format == core::PixelFormat::rgb24) return image;
  core::Bytes rgb;
  rgb.reserve(3 * image->pixels.size());
  for (const uint8_t grey : image->pixels.span()) rgb.insert(rgb.end(), 3, grey);
  return core::Image{core::PixelFormat::rgb24, image->size, std::move(rgb)};
}

core::Result<core::Image> read_class_map(const fs::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  auto map = codec::decode_png(*bytes);
  if (!map) return map;
  if (map->format != core::PixelFormat::gray8) {
    return Error{Code::bad_input, "a class map is a greyscale PNG, its pixels class indices"};
  }
  return map;
}

}  // namespace fovea::evaluate
