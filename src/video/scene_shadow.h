#pragma once

#include <array>
#include <span>
#include <vector>

#include "video/scene_light.h"
#include "video/scene_mesh.h"

namespace fovea::video::scene {

// Directions that light comes from: a few round the main direction, and a few from all over the
// roof, whose shadows are what lies dark under and round every object.
struct LightSamples {
  static constexpr size_t key_count = 6, sky_count = 6;
  std::vector<Vec3> towards;  // key ones first; z > 0
  // The share of light left where the samples of a bit mask are hidden.
  std::array<float, 1 << (key_count + sky_count)> left;

  explicit LightSamples(Vec3 key_direction);
};

// The soft shadow of some bodies on a level plane: how much light is left per cell.
class ShadowMap {
 public:
  // The bodies' hulls in `mesh`, seen from all samples. Reuses its memory.
  void cast(const Mesh& mesh, const LightSamples& light, float plane_z, float cell);

  bool empty() const { return columns_ == 0; }
  Rect bounds() const;
  float plane_z() const { return plane_z_; }
  // The share of light left at a place: 1 outside, interpolated inside.
  float at(float x, float y) const {
    const float u = (x - x_) * inverse_cell_, v = (y - y_) * inverse_cell_;
    if (!(u > 0 && v > 0 && u < u_max_ && v < v_max_)) return 1;
    const auto column = static_cast<int>(u), row = static_cast<int>(v);
    const float s = u - static_cast<float>(column), t = v - static_cast<float>(row);
    const float* p = &left_[static_cast<size_t>(row * columns_ + column)];
    return mix(mix(p[0], p[1], s), mix(p[columns_], p[columns_ + 1], s), t);
  }

 private:
  void outline(std::span<const Vec3> points, Vec3 towards);
  void fill(uint16_t bit);
  void soften();

  float plane_z_ = 0;
  float x_ = 0, y_ = 0;  // centre of the first cell
  float inverse_cell_ = 1, u_max_ = 0, v_max_ = 0;
  int columns_ = 0, rows_ = 0;
  std::vector<uint16_t> hidden_;  // one bit per light sample
  std::vector<float> left_;
  std::vector<float> row_;                 // scratch of soften()
  std::vector<Vec2> projected_, outline_;  // scratch of outline()
};

}  // namespace fovea::video::scene
