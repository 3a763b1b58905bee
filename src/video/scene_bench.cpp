#include <benchmark/benchmark.h>

#include "video/scene.h"

namespace fovea::video {
namespace {

void render_frames(benchmark::State& state) {
  const core::Size size{static_cast<int>(state.range(0)), static_cast<int>(state.range(1))};
  auto scene = Scene::open(SceneOptions{.seed = 1}, size);
  if (!scene) return state.SkipWithError(scene.error().message.c_str());
  double time_s = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scene->render(time_s));
    time_s += 1.0 / 15;
  }
}
BENCHMARK(render_frames)
    ->Args({320, 180})
    ->Args({640, 360})
    ->Args({1280, 720})
    ->Unit(benchmark::kMillisecond);

void open_hall(benchmark::State& state) {
  uint32_t seed = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(Scene::open(SceneOptions{.seed = ++seed}, scene_default_size));
  }
}
BENCHMARK(open_hall)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fovea::video
