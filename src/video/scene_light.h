#pragma once

#include <array>
#include <vector>

#include "video/scene_layout.h"

namespace fovea::video::scene {

// How a hall is lit: an even light from roof and walls, one main direction, pools under the lamps
// (few of them at night), and the air between.
class Light {
 public:
  explicit Light(const Layout& layout);

  // Light that falls on a surface, shadows aside.
  Rgb irradiance(Vec3 at, Vec3 normal) const {
    const float up = normal.z * 0.5f + 0.5f;
    const float facing = std::max(0.0f, dot(normal, key_direction));
    return (mix(ground, sky, up) + key * facing) * pool(at.x, at.y);
  }
  // How much of the hall's light arrives at a place, about 1.
  float pool(float x, float y) const;
  // `light` seen through `distance` metres of air.
  Rgb through_air(Rgb light, float distance) const {
    if (density_ <= 0) return light;
    return mix(haze_, light, clearness(distance));
  }
  // The share of it that survives the way.
  float clearness(float distance) const { return std::exp(-density_ * distance); }
  // As the sensor writes it: 0xBBGGRR.
  uint32_t exposed(Rgb light) const {
    return tone(light.r * white_.r) | tone(light.g * white_.g) << 8 |
           tone(light.b * white_.b) << 16;
  }

  Rgb sky, ground, key;
  Vec3 key_direction;
  Rgb window;       // what shines in at the windows
  Rgb lamp;         // the strips as the shiny floor mirrors them
  float noise = 2;  // standard deviation of the sensor's noise in dark parts, of 255

 private:
  uint32_t tone(float value) const {
    const auto i = static_cast<int>(std::clamp(value, 0.0f, 3.999f) * 512);
    return tone_[static_cast<size_t>(i)];
  }

  Rgb haze_;
  float density_ = 0;  // per metre
  Rgb white_;          // exposure and white balance
  std::array<uint8_t, 2048> tone_;
  static constexpr float cell = 0.5f;  // metres
  int columns_ = 0, rows_ = 0;
  float left_ = 0;
  std::vector<float> pools_;  // light on the floor, one value per cell
};

}  // namespace fovea::video::scene
