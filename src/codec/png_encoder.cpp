#include <fmt/format.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <array>
#include <cstring>
#include <memory>

#include "codec/png.h"

namespace fovea::codec {

using core::Bytes;
using core::Code;
using core::Error;
using core::Image;
using core::PixelFormat;
using core::Result;

namespace {

// The container is written here and the work is done by ISA-L: on the ragged class map of a
// 513x513 network, libpng over zlib takes 2.0 ms with its fastest settings, ISA-L 0.04 ms.

constexpr std::array<uint8_t, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr size_t chunk_frame = 12;  // length, type and CRC around a chunk's data
constexpr uint8_t grey_samples = 0, rgb_samples = 2;

void put_u32(uint8_t* at, uint32_t value) {
  for (int byte = 0; byte < 4; ++byte) at[byte] = uint8_t(value >> (24 - 8 * byte));
}

// Frames the `length` bytes of data that already lie at `chunk + 8`; returns the chunk's end.
uint8_t* close_chunk(uint8_t* chunk, const char (&type)[5], size_t length) {
  put_u32(chunk, uint32_t(length));
  std::memcpy(chunk + 4, type, 4);
  put_u32(chunk + 8 + length, crc32_gzip_refl(0, chunk + 4, 4 + length));
  return chunk + chunk_frame + length;
}

// Memory that is written before it is read: clearing it first would cost more than the deflate.
struct Scratch {
  explicit Scratch(size_t count)
      : data(std::make_unique_for_overwrite<uint8_t[]>(count)), size(count) {}
  std::unique_ptr<uint8_t[]> data;
  size_t size;
};

// The rows as PNG compresses them, each behind its filter's number; no filter, because class maps
// are runs of one value.
Scratch unfiltered_rows(const Image& image, size_t row_bytes) {
  Scratch rows((row_bytes + 1) * size_t(image.size.height));
  uint8_t* at = rows.data.get();
  const uint8_t* pixels = image.pixels.data();
  for (int y = 0; y < image.size.height; ++y, at += row_bytes, pixels += row_bytes) {
    *at++ = 0;
    std::memcpy(at, pixels, row_bytes);
  }
  return rows;
}

// Data that does not compress is stored: 5 bytes for each 64 KiB, and zlib's header and check.
size_t deflated_max(size_t size) { return size + 5 * (size / 65535 + 1) + 512; }

// Writes a zlib stream to `out` of deflated_max() bytes; returns its length, 0 = failed.
size_t deflate(Scratch& rows, uint8_t* out) {
  Scratch level_buffer(ISAL_DEF_LVL1_SMALL);
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  stream.level = 1;
  stream.level_buf = level_buffer.data.get();
  stream.level_buf_size = uint32_t(level_buffer.size);
  stream.gzip_flag = IGZIP_ZLIB;
  stream.end_of_stream = 1;
  stream.next_in = rows.data.get();
  stream.avail_in = uint32_t(rows.size);
  stream.next_out = out;
  stream.avail_out = uint32_t(deflated_max(rows.size));
  return isal_deflate_stateless(&stream) == COMP_OK ? stream.total_out : 0;
}

}  // namespace

Result<core::Buffer> encode_png(const Image& image) {
  FOVEA_ASSERT(image.format == PixelFormat::gray8 || image.format == PixelFormat::rgb24);
  FOVEA_ASSERT(image.pixels.size() == core::image_bytes(image.format, image.size));
  const bool grey = image.format == PixelFormat::gray8;
  Scratch rows = unfiltered_rows(image, size_t(image.size.width) * (grey ? 1 : 3));

  Scratch png(signature.size() + 3 * chunk_frame + 13 + deflated_max(rows.size));
  uint8_t* at = std::copy(signature.begin(), signature.end(), png.data.get());
  uint8_t* header = at + 8;
  put_u32(header, uint32_t(image.size.width));
  put_u32(header + 4, uint32_t(image.size.height));
  // 8 bits a sample, deflate, filter method 0, no interlace (RFC 2083, 4.1.1).
  const std::array<uint8_t, 5> layout{8, grey ? grey_samples : rgb_samples, 0, 0, 0};
  std::copy(layout.begin(), layout.end(), header + 8);
  at = close_chunk(at, "IHDR", 13);
  const size_t length = deflate(rows, at + 8);
  if (length == 0) {
    return Error{Code::internal, fmt::format("a picture of {}x{} could not be compressed as PNG",
                                             image.size.width, image.size.height)};
  }
  at = close_chunk(at, "IDAT", length);
  at = close_chunk(at, "IEND", 0);
  return core::Buffer(Bytes(png.data.get(), at));
}

}  // namespace fovea::codec
