#pragma once

#include <memory>
#include <span>

#include "core/image.h"
#include "core/limits.h"
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

// How many scans it has, progressive or not; reads all of it, some 10 GB a second.
int count_jpeg_scans(std::span<const uint8_t> jpeg);

// What a decoder holds beside the picture that comes out: the coefficients of the whole picture
// where there is more than one scan.
size_t jpeg_decoder_bytes(const JpegInfo& info, int scans);

// What a decoder takes on; what is beyond is refused before anything is allocated.
struct JpegLimits {
  size_t pixels_max = core::limits::picture_pixels_max;
  size_t scanned_pixels_max = core::limits::picture_pixels_max * core::limits::jpeg_scans_max;
};

// Decodes by libjpeg-turbo. Owns reusable state; one per thread.
class JpegDecoder {
 public:
  explicit JpegDecoder(const JpegLimits& limits = {});
  ~JpegDecoder();
  JpegDecoder(JpegDecoder&&) noexcept;
  JpegDecoder& operator=(JpegDecoder&&) noexcept;

  // The whole picture as rgb24, bgr24 or gray8.
  // Errors: as read_jpeg_info(); also bad_input for data cut short or more than
  // limits::jpeg_scans_max scans, unsupported for what is beyond the decoder's own limits.
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
