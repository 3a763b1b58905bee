#include <benchmark/benchmark.h>

#include "stream/polygon.h"

namespace fovea::stream {
namespace {

// A zone over half of deeplab's class map: what one rule costs per result.
void zone_on_513(benchmark::State& state) {
  const Polygon polygon = {{0.1, 0.3}, {0.9, 0.2}, {0.95, 0.8}, {0.5, 0.95}, {0.15, 0.9}};
  const core::Size size{513, 513};
  core::Bytes bytes(513 * 513);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i / 37 % 21);
  const core::Buffer pixels(bytes);
  const PolygonPixels inside(polygon, size, {0, 0, 640, 360}, {640, 360});
  for (auto _ : state) benchmark::DoNotOptimize(inside.count(pixels, 15));
}
BENCHMARK(zone_on_513);

void zone_shape_of_513(benchmark::State& state) {
  const Polygon polygon = {{0.1, 0.3}, {0.9, 0.2}, {0.95, 0.8}, {0.5, 0.95}, {0.15, 0.9}};
  for (auto _ : state) {
    const PolygonPixels inside(polygon, {513, 513}, {0, 0, 640, 360}, {640, 360});
    benchmark::DoNotOptimize(inside.count());
  }
}
BENCHMARK(zone_shape_of_513);

}  // namespace
}  // namespace fovea::stream
