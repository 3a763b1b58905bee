#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "video/scene_camera.h"

namespace fovea::video::scene {

// A corner of a triangle on the canvas; red, green and blue as displayed, 0..255.
struct Corner {
  float x = 0, y = 0;
  float closeness = 0;
  float r = 0, g = 0, b = 0;
};

// What a row of a triangle begins with (at the centre of its first sample), and how it grows from
// sample to sample.
struct Gradient {
  Corner start;
  Corner step;
};

namespace raster {

struct Plane {  // value = base + x * dx + y * dy
  float base = 0, dx = 0, dy = 0;
  Plane() = default;
  Plane(float a, float b, float c, const Corner (&at)[3], float inverse_area)
      : dx(((b - a) * (at[2].y - at[0].y) - (c - a) * (at[1].y - at[0].y)) * inverse_area),
        dy(((c - a) * (at[1].x - at[0].x) - (b - a) * (at[2].x - at[0].x)) * inverse_area) {
    base = a - at[0].x * dx - at[0].y * dy;
  }
  float at(float x, float y) const { return base + x * dx + y * dy; }
};

}  // namespace raster

// Twice the area on the canvas, negative when the triangle shows its back.
inline float facing_area(const Corner (&at)[3]) {
  return (at[2].x - at[0].x) * (at[1].y - at[0].y) - (at[1].x - at[0].x) * (at[2].y - at[0].y);
}

// Calls row(y, x0, x1, gradient) for every row of samples [x0, x1) whose centres lie inside the
// triangle and the canvas of width x height. Triangles that show their back are skipped. Two
// triangles that share an edge share no sample and leave no gap.
template <bool Coloured, typename Row>
void scan_triangle(const Corner (&at)[3], int width, int height, Row&& row) {
  const float area = facing_area(at);
  if (!(area > 1e-6f)) return;
  const float low = std::min({at[0].y, at[1].y, at[2].y});
  const float high = std::max({at[0].y, at[1].y, at[2].y});
  const float left = std::min({at[0].x, at[1].x, at[2].x});
  const float right = std::max({at[0].x, at[1].x, at[2].x});
  if (!(high > 0 && right > 0 && low < static_cast<float>(height) &&
        left < static_cast<float>(width))) {
    return;
  }
  const int y_end = static_cast<int>(std::ceil(std::min(high, static_cast<float>(height)) - 0.5f));
  int y = static_cast<int>(std::ceil(std::max(low, 0.0f) - 0.5f));
  const float inverse = -1 / area;
  const raster::Plane depth(at[0].closeness, at[1].closeness, at[2].closeness, at, inverse);
  raster::Plane r, g, b;
  Gradient gradient;
  gradient.step.closeness = depth.dx;
  if constexpr (Coloured) {
    r = {at[0].r, at[1].r, at[2].r, at, inverse};
    g = {at[0].g, at[1].g, at[2].g, at, inverse};
    b = {at[0].b, at[1].b, at[2].b, at, inverse};
    gradient.step.r = r.dx;
    gradient.step.g = g.dx;
    gradient.step.b = b.dx;
  }
  for (; y < y_end; ++y) {
    const float centre = static_cast<float>(y) + 0.5f;
    float from = -1e9f, to = 1e9f;
    for (int i = 0; i < 3; ++i) {
      const Corner& a = at[i];
      const Corner& c = at[(i + 1) % 3];
      if ((a.y > centre) == (c.y > centre)) continue;
      const float x = a.y < c.y ? a.x + (centre - a.y) * (c.x - a.x) / (c.y - a.y)
                                : c.x + (centre - c.y) * (a.x - c.x) / (a.y - c.y);
      // Corners run counter-clockwise: edges that go down bound the left.
      (a.y < c.y ? from : to) = x;
    }
    const int x0 = static_cast<int>(std::ceil(std::max(from, 0.0f) - 0.5f));
    const int x1 = static_cast<int>(std::ceil(std::min(to, static_cast<float>(width)) - 0.5f));
    if (x0 >= x1) continue;
    const float first = static_cast<float>(x0) + 0.5f;
    gradient.start.closeness = depth.at(first, centre);
    if constexpr (Coloured) {
      gradient.start.r = r.at(first, centre);
      gradient.start.g = g.at(first, centre);
      gradient.start.b = b.at(first, centre);
    }
    row(y, x0, x1, gradient);
  }
}

}  // namespace fovea::video::scene
