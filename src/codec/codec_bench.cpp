#include <benchmark/benchmark.h>

#include <cmath>

#include "codec/jpeg.h"
#include "codec/png.h"

namespace fovea::codec {
namespace {

using core::Bytes;
using core::Image;
using core::PixelFormat;
using core::Size;

// Waves and grain: about as hard to compress as a camera's picture.
Image picture(Size size) {
  Bytes pixels(core::image_bytes(PixelFormat::rgb24, size));
  uint32_t noise = 1;
  for (size_t i = 0; i < pixels.size(); ++i) {
    noise = noise * 1664525u + 1013904223u;
    const double wave = std::sin(double(i % size_t(size.width * 3)) / 40) * 60;
    pixels[i] = uint8_t(128 + wave + double(noise >> 29));
  }
  return {PixelFormat::rgb24, size, std::move(pixels)};
}

void encode_640x360(benchmark::State& state) {
  const Image image = picture({640, 360});
  JpegEncoder encoder;
  for (auto _ : state) benchmark::DoNotOptimize(encoder.encode(image, 80));
}
BENCHMARK(encode_640x360);

// The argument is the side of the network's input that the decode has to cover.
void decode_covering_1280x720(benchmark::State& state) {
  auto jpeg = JpegEncoder().encode(picture({1280, 720}), 80);
  JpegDecoder decoder;
  const Size cover{int(state.range(0)), int(state.range(0))};
  for (auto _ : state) benchmark::DoNotOptimize(decoder.decode_covering(jpeg->span(), cover));
}
BENCHMARK(decode_covering_1280x720)->Arg(80)->Arg(180)->Arg(270)->Arg(360)->Arg(513)->Arg(720);

// Ragged edges, as networks draw them: smooth ones flatter an encoder.
void encode_class_map_513x513(benchmark::State& state) {
  const Size size{513, 513};
  Bytes pixels(core::image_bytes(PixelFormat::gray8, size));
  uint32_t noise = 1;
  for (int y = 0; y < size.height; ++y) {
    noise = noise * 1664525u + 1013904223u;
    const double ragged = double(noise >> 29);
    for (int x = 0; x < size.width; ++x) {
      const bool inside =
          std::hypot(x - 200, y - 300) < 90 + ragged || std::hypot(x - 400, y - 120) < 60 - ragged;
      pixels[size_t(y * size.width + x)] = inside ? 7 : 0;
    }
  }
  const Image map{PixelFormat::gray8, size, std::move(pixels)};
  for (auto _ : state) benchmark::DoNotOptimize(encode_png(map));
}
BENCHMARK(encode_class_map_513x513);

}  // namespace
}  // namespace fovea::codec
