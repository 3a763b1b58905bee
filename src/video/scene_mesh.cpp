#include "video/scene_mesh.h"

namespace fovea::video::scene {

void Mesh::clear() {
  triangles_.clear();
  points_.clear();
  hulls_.clear();
}

void Mesh::triangle(const std::array<Vec3, 3>& at, const std::array<Vec3, 3>& normal, Rgb colour) {
  triangles_.push_back({at, normal, colour, id_, surface_});
}

void Mesh::cast(std::span<const Vec3> points) {
  if (!casting_) return;
  hulls_.push_back({points_.size(), points.size()});
  points_.insert(points_.end(), points.begin(), points.end());
}

void Mesh::face(Vec3 a, Vec3 b, Vec3 c, Vec3 d, Rgb colour) {
  const Vec3 n = normalised(cross(b - a, c - a));
  triangle({a, b, c}, {n, n, n}, colour);
  triangle({a, c, d}, {n, n, n}, colour);
}

void Mesh::box(const Pose& pose, Vec3 half, Rgb colour) {
  std::array<Vec3, 8> corner;
  for (size_t i = 0; i < 8; ++i) {
    corner[i] =
        pose.point({i & 1 ? half.x : -half.x, i & 2 ? half.y : -half.y, i & 4 ? half.z : -half.z});
  }
  constexpr size_t sides[6][4] = {{0, 4, 6, 2}, {1, 3, 7, 5}, {0, 1, 5, 4},
                                  {2, 6, 7, 3}, {0, 2, 3, 1}, {4, 5, 7, 6}};
  for (const auto& side : sides) {
    face(corner[side[0]], corner[side[1]], corner[side[2]], corner[side[3]], colour);
  }
  cast(corner);
}

void Mesh::block(const Pose& pose, Vec3 size, Rgb colour) {
  box(pose.moved({0, 0, size.z / 2}), size * 0.5f, colour);
}

void Mesh::fan(const Pose& pose, std::span<const Vec3> outline, Vec3 centre, float up, Rgb colour) {
  const Vec3 n = pose.z * up;
  for (size_t i = 0; i < outline.size(); ++i) {
    Vec3 a = outline[i], b = outline[(i + 1) % outline.size()];
    if (up < 0) std::swap(a, b);
    triangle({centre, a, b}, {n, n, n}, colour);
  }
}

void Mesh::loft(const Pose& pose, std::span<const Ring> rings, int sides) {
  const size_t first_point = points_.size();
  const auto count = static_cast<size_t>(sides);
  upper_.resize(count);
  upper_normal_.resize(count);
  for (size_t r = 0; r < rings.size(); ++r) {
    const Ring& ring = rings[r];
    lower_.swap(upper_);
    lower_normal_.swap(upper_normal_);
    upper_.resize(count);
    upper_normal_.resize(count);
    // The skin's slope here: how fast the radius shrinks with height.
    const Ring& before = rings[r > 0 ? r - 1 : 0];
    const Ring& after = rings[std::min(r + 1, rings.size() - 1)];
    const float rise = std::max(after.z - before.z, 1e-4f);
    const float slope = (before.radius_x - after.radius_x) / rise;
    for (size_t i = 0; i < count; ++i) {
      const float a = 2 * pi * static_cast<float>(i) / static_cast<float>(sides);
      const float c = std::cos(a), s = std::sin(a);
      upper_[i] = pose.point({ring.x + c * ring.radius_x, ring.y + s * ring.radius_y, ring.z});
      upper_normal_[i] = normalised(pose.direction(
          {c * ring.radius_y, s * ring.radius_x, slope * std::max(ring.radius_x, ring.radius_y)}));
    }
    if (casting_ && (r == 0 || r + 1 == rings.size() || rings.size() <= 4)) {
      points_.insert(points_.end(), upper_.begin(), upper_.end());
    }
    if (r == 0) {
      fan(pose, upper_, pose.point({ring.x, ring.y, ring.z}), -1, ring.colour);
      continue;
    }
    const Rgb colour = before.colour;
    for (size_t i = 0; i < count; ++i) {
      const size_t j = (i + 1) % count;
      triangle({lower_[i], lower_[j], upper_[j]},
               {lower_normal_[i], lower_normal_[j], upper_normal_[j]}, colour);
      triangle({lower_[i], upper_[j], upper_[i]},
               {lower_normal_[i], upper_normal_[j], upper_normal_[i]}, colour);
    }
    if (r + 1 == rings.size()) {
      fan(pose, upper_, pose.point({ring.x, ring.y, ring.z}), 1, ring.colour);
    }
  }
  if (casting_) hulls_.push_back({first_point, points_.size() - first_point});
}

void Mesh::cylinder(const Pose& pose, float radius, float height, Rgb colour, int sides) {
  const Ring rings[] = {{0, radius, radius, colour}, {height, radius, radius, colour}};
  loft(pose, rings, sides);
}

void Mesh::ball(const Pose& pose, float radius, Rgb colour, int sides) {
  std::array<Ring, 6> rings;
  for (size_t i = 0; i < rings.size(); ++i) {
    const float a = pi * (static_cast<float>(i) / 5.0f - 0.5f);
    const float r = std::max(radius * std::cos(a), radius * 0.02f);
    rings[i] = {radius * std::sin(a), r, r, colour};
  }
  loft(pose, rings, sides);
}

void Mesh::prism(const Pose& pose, std::span<const Vec2> outline, float height, Rgb colour) {
  const size_t count = outline.size();
  lower_.resize(count);
  upper_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    lower_[i] = pose.point({outline[i].x, outline[i].y, 0});
    upper_[i] = pose.point({outline[i].x, outline[i].y, height});
  }
  for (size_t i = 0; i < count; ++i) {
    const size_t j = (i + 1) % count;
    face(lower_[i], lower_[j], upper_[j], upper_[i], colour);
  }
  fan(pose, upper_, pose.point({0, 0, height}), 1, colour);
  fan(pose, lower_, pose.origin, -1, colour * 0.6f);
  cast(upper_);
}

}  // namespace fovea::video::scene
