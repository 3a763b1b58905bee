#include "video/scene_light.h"

namespace fovea::video::scene {
namespace {

float lamp_pool(Vec2 at, Vec2 lamp, float radius) {
  const Vec2 d = at - lamp;
  const float q = (d.x * d.x + d.y * d.y) / (radius * radius);
  return 1 / (1 + q * q + q);
}

// At night a few lamps burn: over the cell, over the lane, at a corner.
std::vector<Vec2> night_lamps(const Layout& layout, Dice& dice) {
  const Vec3 cell = layout.cell.origin;
  return {{cell.x, cell.y},
          {dice.between(-8, 8), cell.y + 7},
          {(dice.chance(0.5f) ? 1.0f : -1.0f) * (layout.width / 2 - 3), dice.between(4, 9)},
          {dice.between(-6, 6), layout.depth - 3}};
}

}  // namespace

Light::Light(const Layout& layout) {
  Dice dice(hash(layout.options.seed, 0x6c616d70));
  const bool night = layout.options.night;
  const float warm = dice.between(-0.06f, 0.06f);
  const float bright = dice.between(0.85f, 1.15f);
  key_direction = normalised({dice.between(-0.55f, 0.55f), dice.between(-0.5f, 0.1f), 1});
  if (night) {
    sky = Rgb{0.5f, 0.52f, 0.62f};
    ground = Rgb{0.24f, 0.25f, 0.3f};
    key = Rgb{0.42f, 0.38f, 0.28f};
    window = Rgb{0.015f, 0.025f, 0.06f};
    lamp = Rgb{0.25f, 0.22f, 0.16f};
    noise = 4.5f;
  } else {
    sky = Rgb{0.6f, 0.63f, 0.66f};
    ground = Rgb{0.3f, 0.29f, 0.27f};
    key = Rgb{0.86f, 0.83f, 0.76f};
    window = Rgb{1.5f, 1.65f, 1.85f} * dice.between(0.7f, 1.1f);
    lamp = Rgb{1.6f, 1.6f, 1.5f};
    noise = dice.between(1.6f, 2.6f);
  }
  white_ = Rgb{1 + warm, 1.0f, 1 - warm} * (bright * (night ? 1.1f : 1.15f));
  if (layout.options.fog) {
    density_ = dice.between(0.055f, 0.085f);
    haze_ = night ? Rgb{0.06f, 0.065f, 0.08f} : Rgb{0.62f, 0.64f, 0.66f};
  } else {
    density_ = 0.006f;
    haze_ = night ? Rgb{0.02f, 0.022f, 0.03f} : Rgb{0.55f, 0.58f, 0.62f};
  }
  for (size_t i = 0; i < tone_.size(); ++i) {
    const float x = static_cast<float>(i) / 512;
    const float shoulder = x < 0.6f ? x : 0.6f + 0.6f * (1 - std::exp(-(x - 0.6f) / 0.6f));
    tone_[i] = static_cast<uint8_t>(std::lround(255 * unit(std::pow(shoulder / 1.15f, 1 / 2.2f))));
  }
  left_ = -layout.width / 2 - 1;
  columns_ = static_cast<int>((layout.width + 2) / cell) + 2;
  rows_ = static_cast<int>((layout.depth + 2) / cell) + 2;
  const std::vector<Vec2> lamps = night ? night_lamps(layout, dice) : std::vector<Vec2>();
  for (int row = 0; row < rows_; ++row) {
    for (int column = 0; column < columns_; ++column) {
      const Vec2 at{left_ + cell * static_cast<float>(column), -1 + cell * static_cast<float>(row)};
      // By day the strips (every 4.5 m across, 5.5 m along) leave a gentle pattern.
      const float edge = smoothstep(0, 3, layout.width / 2 - std::abs(at.x) + 0.5f);
      float value =
          (0.9f + 0.1f * std::cos(2 * pi * at.x / 4.5f) * std::cos(2 * pi * (at.y - 6.2f) / 5.5f)) *
          mix(0.78f, 1.0f, edge);
      if (night) {
        value = 0.08f;
        for (const Vec2 l : lamps) value += 0.8f * lamp_pool(at, l, 3.0f);
      }
      pools_.push_back(value);
    }
  }
}

float Light::pool(float x, float y) const {
  const float u = std::clamp((x - left_) / cell, 0.0f, static_cast<float>(columns_) - 1.01f);
  const float v = std::clamp((y + 1) / cell, 0.0f, static_cast<float>(rows_) - 1.01f);
  const auto column = static_cast<int>(u), row = static_cast<int>(v);
  const float s = u - static_cast<float>(column), t = v - static_cast<float>(row);
  const float* at = &pools_[static_cast<size_t>(row * columns_ + column)];
  return mix(mix(at[0], at[1], s), mix(at[columns_], at[columns_ + 1], s), t);
}

}  // namespace fovea::video::scene
