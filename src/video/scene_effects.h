#pragma once

#include <cstdint>
#include <vector>

#include "video/scene_layout.h"

// What the camera adds: its trembling and its sensor's noise, both functions of seed and time.
namespace fovea::video::scene {

// How far the picture is displaced, in samples (half pixels).
struct Shift {
  int x = 0, y = 0;
};
// The largest displacement in a picture of this width, samples.
int shake_max(int picture_width);
Shift shake(uint32_t seed, double time_s, int picture_width);

// Noise from a table: a row of the picture takes its stretch from a place that (seed, time, row)
// chooses, so that it costs an addition a byte.
class SensorNoise {
 public:
  // `deviation` in dark parts, of 255.
  explicit SensorNoise(float deviation);

  // Adds noise to a row of `bytes` (rgb24).
  void add(uint32_t frame_seed, uint32_t row, uint8_t* pixels, size_t bytes) const;

 private:
  static constexpr size_t table_bytes = 3u << 15;
  std::vector<int8_t> table_;
};

// The seed of all that is random in one frame.
uint32_t frame_seed(uint32_t seed, double time_s);

}  // namespace fovea::video::scene
