#pragma once

#include <optional>

#include "video/scene_math.h"

namespace fovea::video::scene {

// Nothing nearer to the camera than this is drawn, metres.
inline constexpr float near_plane = 0.8f;

// Where a point of the world falls in the picture, in samples; `closeness` is near_plane over the
// distance along the view: 1 at the near plane, 0 infinitely far, linear in the picture.
struct Spot {
  float x = 0, y = 0;
  float closeness = 0;
};

// A pinhole camera.
struct Camera {
  Vec3 position;
  Vec3 right{1, 0, 0}, down{0, 0, -1}, forward{0, 1, 0};
  float focal = 1;                   // samples
  float centre_x = 0, centre_y = 0;  // samples

  void look_at(Vec3 target) {
    forward = normalised(target - position);
    right = normalised(cross(forward, Vec3{0, 0, 1}));
    down = cross(forward, right);
  }

  Vec3 to_view(Vec3 world) const {
    const Vec3 d = world - position;
    return {dot(d, right), dot(d, down), dot(d, forward)};
  }
  Spot project_view(Vec3 view) const {
    const float inverse = 1 / view.z;
    return {centre_x + focal * view.x * inverse, centre_y + focal * view.y * inverse,
            near_plane * inverse};
  }
  // None: behind the near plane.
  std::optional<Spot> project(Vec3 world) const {
    const Vec3 view = to_view(world);
    if (view.z < near_plane) return std::nullopt;
    return project_view(view);
  }
  // Not normalised: its part along `forward` is 1.
  Vec3 ray(float x, float y) const {
    return forward + right * ((x - centre_x) / focal) + down * ((y - centre_y) / focal);
  }
};

}  // namespace fovea::video::scene
