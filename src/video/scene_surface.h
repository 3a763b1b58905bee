#pragma once

#include <cstdint>
#include <vector>

#include "video/scene_canvas.h"
#include "video/scene_light.h"
#include "video/scene_shadow.h"

namespace fovea::video::scene {

// What the building's surfaces look like close up: worn concrete with painted lanes, walls with
// windows. Painted once per camera, so it may cost.
class Surfaces {
 public:
  Surfaces(const Layout& layout, const Light& light, const ShadowMap& floor_shadow);

  struct Look {
    Rgb light;  // that leaves the surface
    uint8_t id = 0;
  };
  // `at` lies on `triangle`; `view` points from the camera to it.
  Look look(const Triangle& triangle, Vec3 at, Vec3 view) const;

 private:
  Look floor(Vec3 at, Vec3 view) const;
  void paint_stripes(Vec2 at, float wear, Look& look) const;
  void paint_zone(Vec2 at, float wear, Look& look) const;
  Rgb concrete(Vec2 at) const;
  float tyre_marks(Vec2 at) const;
  Rgb mirrored(Vec3 at, Vec3 view) const;
  Rgb wall(const Triangle& triangle, Vec3 at) const;
  Rgb cladding(float along, float z) const;
  Rgb window(float along, float z) const;
  bool is_window(float along, float z) const;
  Rgb roof(Vec3 at) const;

  const Layout& layout_;
  const Light& light_;
  const ShadowMap& shadow_;
  uint32_t seed_;
  float window_low_, window_high_, window_pitch_;
  bool has_windows_;
};

// All that stands still, painted sample by sample.
void paint_background(const Layout& layout, const Camera& camera, const Light& light,
                      Samples& samples);

}  // namespace fovea::video::scene
