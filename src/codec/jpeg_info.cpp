#include <fmt/format.h>

#include "codec/jpeg.h"
#include "core/limits.h"

namespace fovea::codec {

using core::Code;
using core::Error;
using core::Result;

namespace {

// Markers of ITU-T T.81, table B.1.
constexpr uint8_t marker_soi = 0xd8;
constexpr uint8_t marker_eoi = 0xd9;
constexpr uint8_t marker_sos = 0xda;
constexpr uint8_t marker_tem = 0x01;
constexpr uint8_t marker_sof_baseline = 0xc0;
constexpr uint8_t marker_sof_extended = 0xc1;
constexpr uint8_t marker_sof_progressive = 0xc2;

bool has_no_length(uint8_t marker) {
  return marker == marker_tem || (marker >= 0xd0 && marker <= marker_soi);
}

// SOF0 to SOF15 without DHT (c4), JPG (c8) and DAC (cc).
bool is_start_of_frame(uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

Result<JpegInfo> read_start_of_frame(uint8_t marker, std::span<const uint8_t> segment) {
  if (marker != marker_sof_baseline && marker != marker_sof_extended &&
      marker != marker_sof_progressive) {
    return Error{Code::unsupported, "JPEG with lossless, hierarchical or arithmetic coding"};
  }
  if (segment.size() < 6) return Error{Code::bad_input, "JPEG header cut short"};
  if (segment[0] != 8) {
    return Error{Code::unsupported, fmt::format("JPEG with {} bits per sample", segment[0])};
  }
  JpegInfo info;
  info.size = {segment[3] * 256 + segment[4], segment[1] * 256 + segment[2]};
  info.components = segment[5];
  info.progressive = marker == marker_sof_progressive;
  if (info.components != 1 && info.components != 3) {
    return Error{Code::unsupported,
                 fmt::format("JPEG with {} colour components (CMYK?)", info.components)};
  }
  return info;
}

core::Status check_size(core::Size size) {
  namespace limits = core::limits;
  if (size.width == 0 || size.height == 0) {
    return Error{Code::bad_input, fmt::format("JPEG of size {}x{}", size.width, size.height)};
  }
  if (size.width > limits::picture_side_max || size.height > limits::picture_side_max ||
      size_t(size.width) * size_t(size.height) > limits::picture_pixels_max) {
    return Error{
        Code::bad_input,
        fmt::format("JPEG of {}x{} is larger than the limit of {} pixels a side and {} "
                    "pixels in all",
                    size.width, size.height, limits::picture_side_max, limits::picture_pixels_max)};
  }
  return {};
}

}  // namespace

Result<JpegInfo> read_jpeg_info(std::span<const uint8_t> jpeg) {
  if (jpeg.size() < 4 || jpeg[0] != 0xff || jpeg[1] != marker_soi) {
    return Error{Code::bad_input, "not a JPEG"};
  }
  size_t at = 2;
  while (at + 4 <= jpeg.size()) {
    if (jpeg[at] != 0xff) return Error{Code::bad_input, "JPEG header is damaged"};
    const uint8_t marker = jpeg[at + 1];
    if (marker == 0xff) {  // fill byte
      ++at;
      continue;
    }
    if (has_no_length(marker)) {
      at += 2;
      continue;
    }
    if (marker == marker_sos || marker == marker_eoi || marker == 0) break;
    const size_t length = size_t(jpeg[at + 2]) * 256 + jpeg[at + 3];
    if (length < 2) return Error{Code::bad_input, "JPEG header is damaged"};
    if (at + 2 + length > jpeg.size()) break;
    if (is_start_of_frame(marker)) {
      auto info = read_start_of_frame(marker, jpeg.subspan(at + 4, length - 2));
      if (!info) return info;
      if (auto size = check_size(info->size); !size) return size.error();
      return info;
    }
    at += 2 + length;
  }
  return Error{Code::bad_input, "JPEG without a picture: its header is cut short"};
}

}  // namespace fovea::codec
