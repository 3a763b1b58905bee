#pragma once

#include <memory>
#include <span>

#include "core/image.h"
#include "core/result.h"

namespace fovea::codec {

struct JpegInfo {
  core::Size size;
  int components = 0;  // 1 grey, 3 colour
  bool progressive = false;
};

// Reads the header only; nothing is allocated for pixels.
// Errors: bad_input (not a JPEG, zero or more than limits::picture_* pixels, cut short),
// unsupported (CMYK, 12 bit, arithmetic coding).
core::Result<JpegInfo> read_jpeg_info(std::span<const uint8_t> jpeg);

// Decodes by libjpeg-turbo. Owns reusable state; one per thread.
class JpegDecoder {
 public:
  JpegDecoder();
  ~JpegDecoder();
  JpegDecoder(JpegDecoder&&) noexcept;
  JpegDecoder& operator=(JpegDecoder&&) noexcept;

  // The whole picture as rgb24, bgr24 or gray8.
  // Errors: as read_jpeg_info(); also bad_input for data cut short or more than
  // limits::jpeg_scans_max progressive scans.
  core::Result<core::Image> decode(std::span<const uint8_t> jpeg,
                                   core::PixelFormat format = core::PixelFormat::rgb24);

  // The same, decoded at the smallest DCT scale with fast code (1/8, 1/4, 1/2, 1) whose size still
  // covers `cover` in both directions: cheaper and, before a resize, hardly worse.
  core::Result<core::Image> decode_covering(std::span<const uint8_t> jpeg, core::Size cover,
                                            core::PixelFormat format = core::PixelFormat::rgb24);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Encodes by libjpeg-turbo, 4:2:0, baseline. Owns reusable state; one per thread.
class JpegEncoder {
 public:
  JpegEncoder();
  ~JpegEncoder();
  JpegEncoder(JpegEncoder&&) noexcept;
  JpegEncoder& operator=(JpegEncoder&&) noexcept;

  // Quality 1 to 100. Takes every PixelFormat; yuyv422 is kept as 4:2:2.
  // Errors: bad_input (quality, size, bytes that do not fit the size).
  core::Result<core::Buffer> encode(const core::Image& image, int quality);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fovea::codec
