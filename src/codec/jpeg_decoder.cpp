#include <fmt/format.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "codec/jpeg.h"
#include "codec/scale.h"
#include "core/limits.h"

namespace fovea::codec {

using core::Code;
using core::Error;
using core::PixelFormat;
using core::Result;
using core::Size;

namespace {

int turbojpeg_format(PixelFormat format) {
  switch (format) {
    case PixelFormat::gray8: return TJPF_GRAY;
    case PixelFormat::rgb24: return TJPF_RGB;
    case PixelFormat::bgr24: return TJPF_BGR;
    default: return TJPF_UNKNOWN;
  }
}

// Whether progressive or not, the library goes through the whole picture for each scan.
core::Status check_cost(const JpegInfo& info, int scans, const JpegLimits& limits) {
  if (scans > core::limits::jpeg_scans_max) {
    return Error{Code::bad_input,
                 fmt::format("JPEG with more than {} scans", core::limits::jpeg_scans_max)};
  }
  const size_t pixels = size_t(info.size.width) * size_t(info.size.height);
  if (pixels > limits.pixels_max) {
    return Error{Code::unsupported,
                 fmt::format("a JPEG of {}x{} is larger than the {} megapixels that are decoded "
                             "here; send smaller pictures",
                             info.size.width, info.size.height, limits.pixels_max >> 20)};
  }
  if (pixels * size_t(std::max(1, scans)) > limits.scanned_pixels_max) {
    return Error{Code::unsupported,
                 fmt::format("a JPEG of {}x{} in {} scans takes too long to decode; send smaller "
                             "pictures, or baseline JPEG in place of progressive",
                             info.size.width, info.size.height, scans)};
  }
  return {};
}

}  // namespace

// Start-of-scan markers; inside entropy-coded data 0xff is always followed by 0x00 or a marker.
int count_jpeg_scans(std::span<const uint8_t> jpeg) {
  int scans = 0;
  size_t at = 0;
  while (at + 1 < jpeg.size()) {
    const void* found = std::memchr(jpeg.data() + at, 0xff, jpeg.size() - 1 - at);
    if (!found) break;
    at = size_t(static_cast<const uint8_t*>(found) - jpeg.data()) + 1;
    if (jpeg[at] == 0xda) ++scans;
  }
  return scans;
}

size_t jpeg_decoder_bytes(const JpegInfo& info, int scans) {
  constexpr size_t coefficient_bytes = 2;
  if (!info.progressive && scans <= 1) return 0;
  return coefficient_bytes * size_t(info.components) * size_t(info.size.width) *
         size_t(info.size.height);
}

struct JpegDecoder::State {
  explicit State(const JpegLimits& taken) : limits(taken), handle(tjInitDecompress()) {
    FOVEA_ASSERT(handle);
  }
  ~State() { tjDestroy(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<core::Image> decode(std::span<const uint8_t> jpeg, Size cover, PixelFormat format);
  Error refusal(const std::string& words);

  const JpegLimits limits;
  tjhandle handle;
};

// Begins anew: libjpeg-turbo 2.1 leaves a header that it refuses half read, and goes on in the
// middle of it with the next picture, whosesoever that is.
Error JpegDecoder::State::refusal(const std::string& words) {
  const Error error{Code::bad_input, words};
  tjDestroy(handle);
  handle = tjInitDecompress();
  FOVEA_ASSERT(handle);
  return error;
}

Result<core::Image> JpegDecoder::State::decode(std::span<const uint8_t> jpeg, Size cover,
                                               PixelFormat format) {
  const int pixel_format = turbojpeg_format(format);
  FOVEA_ASSERT(pixel_format != TJPF_UNKNOWN);
  auto info = read_jpeg_info(jpeg);
  if (!info) return info.error();
  if (auto good = check_cost(*info, count_jpeg_scans(jpeg), limits); !good) return good.error();
  int width = 0, height = 0, subsampling = 0, colour_space = 0;
  if (tjDecompressHeader3(handle, jpeg.data(), jpeg.size(), &width, &height, &subsampling,
                          &colour_space) != 0) {
    return refusal(fmt::format("JPEG header: {}", tjGetErrorStr2(handle)));
  }
  // A second start of frame could tell the library another size than read_jpeg_info() saw.
  if (Size{width, height} != info->size) return refusal("JPEG with two sizes");
  const tjscalingfactor scale{1, covering_divisor(info->size, cover)};
  const Size scaled{TJSCALED(width, scale), TJSCALED(height, scale)};
  core::Bytes pixels(core::image_bytes(format, scaled));
  const int failed = tjDecompress2(handle, jpeg.data(), jpeg.size(), pixels.data(), scaled.width, 0,
                                   scaled.height, pixel_format, 0);
  if (failed != 0) {
    const std::string_view message = tjGetErrorStr2(handle);
    const bool only_a_warning = tjGetErrorCode(handle) == TJERR_WARNING &&
                                message.find("remature end") == std::string_view::npos;
    if (!only_a_warning) return refusal(fmt::format("JPEG data: {}", message));
  }
  return core::Image{format, scaled, std::move(pixels)};
}

JpegDecoder::JpegDecoder(const JpegLimits& limits) : state_(std::make_unique<State>(limits)) {}
JpegDecoder::~JpegDecoder() = default;
JpegDecoder::JpegDecoder(JpegDecoder&&) noexcept = default;
JpegDecoder& JpegDecoder::operator=(JpegDecoder&&) noexcept = default;

Result<core::Image> JpegDecoder::decode(std::span<const uint8_t> jpeg, PixelFormat format) {
  const Size whole{core::limits::picture_side_max, core::limits::picture_side_max};
  return state_->decode(jpeg, whole, format);
}

Result<core::Image> JpegDecoder::decode_covering(std::span<const uint8_t> jpeg, Size cover,
                                                 PixelFormat format) {
  return state_->decode(jpeg, cover, format);
}

}  // namespace fovea::codec
