#pragma once

#include <array>
#include <span>
#include <vector>

#include "video/scene_math.h"

namespace fovea::video::scene {

// How a triangle takes light; the last ones get their texture in scene_surface.cpp.
enum class Surface : uint8_t { matte, glow, floor, wall, roof, wood };

struct Triangle {
  std::array<Vec3, 3> at;      // counter-clockwise seen from outside
  std::array<Vec3, 3> normal;  // of the surface that the triangle stands for
  Rgb colour;
  uint8_t id = 0;  // of the instance, see scene_layout.h
  Surface surface = Surface::matte;
};

// The corner points of one convex body that casts a shadow.
struct Hull {
  size_t first = 0;
  size_t count = 0;
};

// One cross-section of a loft: an ellipse at height z round (x, y). Its colour reaches up to the
// next ring.
struct Ring {
  float z = 0;
  float radius_x = 0, radius_y = 0;
  Rgb colour;
  float x = 0, y = 0;
};

// Triangles made of a few primitives, in world coordinates. What is added carries the id and
// surface that were set last; every primitive is one convex hull for shadows while `casting`.
// Threads: one.
class Mesh {
 public:
  void clear();
  void set(uint8_t id, Surface surface = Surface::matte) {
    id_ = id;
    surface_ = surface;
  }
  void set_casting(bool casting) { casting_ = casting; }

  // A box round the pose's origin.
  void box(const Pose& pose, Vec3 half, Rgb colour);
  // A box that stands on the pose's origin.
  void block(const Pose& pose, Vec3 size, Rgb colour);
  // Rings joined to a smooth skin, closed at both ends; z ascends.
  void loft(const Pose& pose, std::span<const Ring> rings, int sides);
  void cylinder(const Pose& pose, float radius, float height, Rgb colour, int sides);
  void ball(const Pose& pose, float radius, Rgb colour, int sides);
  // A star-shaped outline (counter-clockwise) raised to `height`.
  void prism(const Pose& pose, std::span<const Vec2> outline, float height, Rgb colour);
  // One flat face, counter-clockwise; casts nothing.
  void face(Vec3 a, Vec3 b, Vec3 c, Vec3 d, Rgb colour);

  const std::vector<Triangle>& triangles() const { return triangles_; }
  const std::vector<Hull>& hulls() const { return hulls_; }
  std::span<const Vec3> points(const Hull& hull) const {
    return std::span(points_).subspan(hull.first, hull.count);
  }

 private:
  void triangle(const std::array<Vec3, 3>& at, const std::array<Vec3, 3>& normal, Rgb colour);
  void fan(const Pose& pose, std::span<const Vec3> outline, Vec3 centre, float up, Rgb colour);
  void cast(std::span<const Vec3> points);

  std::vector<Triangle> triangles_;
  std::vector<Vec3> points_;
  std::vector<Hull> hulls_;
  std::vector<Vec3> lower_, upper_, lower_normal_, upper_normal_;  // scratch of loft()
  uint8_t id_ = 0;
  Surface surface_ = Surface::matte;
  bool casting_ = true;
};

}  // namespace fovea::video::scene
