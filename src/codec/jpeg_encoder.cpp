#include <fmt/format.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>

#include "codec/jpeg.h"
#include "core/limits.h"

namespace fovea::codec {

using core::Bytes;
using core::Code;
using core::Error;
using core::Image;
using core::PixelFormat;
using core::Result;
using core::Size;

namespace {

// Planes of a picture that the encoder takes as they are.
struct Planes {
  std::array<const uint8_t*, 3> data{};
  std::array<int, 3> strides{};
  int subsampling = TJSAMP_420;
};

Planes i420_planes(const uint8_t* pixels, Size size) {
  const int half_width = (size.width + 1) / 2;
  const int half_height = (size.height + 1) / 2;
  const uint8_t* u = pixels + size_t(size.width) * size_t(size.height);
  const uint8_t* v = u + size_t(half_width) * size_t(half_height);
  return {{pixels, u, v}, {size.width, half_width, half_width}, TJSAMP_420};
}

// UV pairs -> U plane, V plane; Y stays where it is.
Planes nv12_planes(const Image& image, Bytes& chroma) {
  const int half_width = (image.size.width + 1) / 2;
  const size_t count = size_t(half_width) * size_t((image.size.height + 1) / 2);
  const uint8_t* uv = image.pixels.data() + size_t(image.size.width) * size_t(image.size.height);
  chroma.resize(count * 2);
  for (size_t i = 0; i < count; ++i) {
    chroma[i] = uv[2 * i];
    chroma[count + i] = uv[2 * i + 1];
  }
  return {{image.pixels.data(), chroma.data(), chroma.data() + count},
          {image.size.width, half_width, half_width},
          TJSAMP_420};
}

// YUYV -> planar 4:2:2, which JPEG carries without loss of chroma.
Planes yuyv_planes(const Image& image, Bytes& planar) {
  const size_t pixels = size_t(image.size.width) * size_t(image.size.height);
  const size_t pairs = pixels / 2;
  planar.resize(pixels * 2);
  uint8_t* y = planar.data();
  uint8_t* u = y + pixels;
  uint8_t* v = u + pairs;
  const uint8_t* in = image.pixels.data();
  for (size_t i = 0; i < pairs; ++i) {
    y[2 * i] = in[4 * i];
    u[i] = in[4 * i + 1];
    y[2 * i + 1] = in[4 * i + 2];
    v[i] = in[4 * i + 3];
  }
  const int half_width = image.size.width / 2;
  return {{y, u, v}, {image.size.width, half_width, half_width}, TJSAMP_422};
}

core::Status check_image(const Image& image, int quality) {
  const Size size = image.size;
  if (quality < 1 || quality > 100) {
    return Error{Code::bad_input, fmt::format("JPEG quality {} is not in 1..100", quality)};
  }
  if (size.width < 1 || size.height < 1 || size.width > core::limits::picture_side_max ||
      size.height > core::limits::picture_side_max) {
    return Error{Code::bad_input,
                 fmt::format("a picture of {}x{} can't be encoded", size.width, size.height)};
  }
  if (image.format == PixelFormat::yuyv422 && size.width % 2 != 0) {
    return Error{Code::bad_input, "a YUYV picture must have an even width"};
  }
  if (image.pixels.size() != core::image_bytes(image.format, size)) {
    return Error{Code::bad_input, "the picture's bytes do not fit its size"};
  }
  return {};
}

}  // namespace

struct JpegEncoder::State {
  State() : handle(tjInitCompress()) { FOVEA_ASSERT(handle); }
  ~State() { tjDestroy(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  int compress_packed(const Image& image, int format, int subsampling, int quality);
  int compress_planes(const Planes& planes, Size size, int quality);
  int compress(const Image& image, int quality);

  tjhandle handle;
  Bytes scratch;  // planes made from packed input
  Bytes jpeg;     // room for the largest possible result
  unsigned long jpeg_size = 0;
};

int JpegEncoder::State::compress_packed(const Image& image, int format, int subsampling,
                                        int quality) {
  jpeg.resize(tjBufSize(image.size.width, image.size.height, subsampling));
  jpeg_size = jpeg.size();
  uint8_t* out = jpeg.data();
  return tjCompress2(handle, image.pixels.data(), image.size.width, 0, image.size.height, format,
                     &out, &jpeg_size, subsampling, quality, TJFLAG_NOREALLOC);
}

int JpegEncoder::State::compress_planes(const Planes& planes, Size size, int quality) {
  jpeg.resize(tjBufSize(size.width, size.height, planes.subsampling));
  jpeg_size = jpeg.size();
  uint8_t* out = jpeg.data();
  std::array<const uint8_t*, 3> data = planes.data;
  return tjCompressFromYUVPlanes(handle, data.data(), size.width, planes.strides.data(),
                                 size.height, planes.subsampling, &out, &jpeg_size, quality,
                                 TJFLAG_NOREALLOC);
}

int JpegEncoder::State::compress(const Image& image, int quality) {
  switch (image.format) {
    case PixelFormat::gray8: return compress_packed(image, TJPF_GRAY, TJSAMP_GRAY, quality);
    case PixelFormat::rgb24: return compress_packed(image, TJPF_RGB, TJSAMP_420, quality);
    case PixelFormat::bgr24: return compress_packed(image, TJPF_BGR, TJSAMP_420, quality);
    case PixelFormat::i420:
      return compress_planes(i420_planes(image.pixels.data(), image.size), image.size, quality);
    case PixelFormat::nv12:
      return compress_planes(nv12_planes(image, scratch), image.size, quality);
    case PixelFormat::yuyv422:
      return compress_planes(yuyv_planes(image, scratch), image.size, quality);
  }
  return -1;
}

JpegEncoder::JpegEncoder() : state_(std::make_unique<State>()) {}
JpegEncoder::~JpegEncoder() = default;
JpegEncoder::JpegEncoder(JpegEncoder&&) noexcept = default;
JpegEncoder& JpegEncoder::operator=(JpegEncoder&&) noexcept = default;

Result<core::Buffer> JpegEncoder::encode(const Image& image, int quality) {
  if (auto checked = check_image(image, quality); !checked) return checked.error();
  if (state_->compress(image, quality) != 0) {
    return Error{Code::internal, fmt::format("JPEG encoder: {}", tjGetErrorStr2(state_->handle))};
  }
  return core::Buffer(
      Bytes(state_->jpeg.begin(), state_->jpeg.begin() + std::ptrdiff_t(state_->jpeg_size)));
}

}  // namespace fovea::codec
