#include "video/scene_canvas.h"

#include <cstring>

#include "video/scene_raster.h"

namespace fovea::video::scene {

Canvas::Canvas(const Samples& background)
    : background_(background),
      drawn_(background.width, background.height),
      tile_columns_((background.width + tile - 1) / tile),
      tile_rows_((background.height + tile - 1) / tile),
      touched_(static_cast<size_t>(tile_columns_) * static_cast<size_t>(tile_rows_)) {}

void Canvas::begin() { std::ranges::fill(touched_, uint8_t{0}); }

void Canvas::touch(int x0, int y0, int x1, int y1) {
  const int last_column = std::min(x1, drawn_.width - 1) / tile;
  const int last_row = std::min(y1, drawn_.height - 1) / tile;
  for (int row = std::max(y0, 0) / tile; row <= last_row; ++row) {
    for (int column = std::max(x0, 0) / tile; column <= last_column; ++column) {
      uint8_t& touched = touched_[static_cast<size_t>(row * tile_columns_ + column)];
      if (touched) continue;
      touched = 1;
      const auto count = static_cast<size_t>(std::min(tile, drawn_.width - column * tile));
      const int end = std::min((row + 1) * tile, drawn_.height);
      for (int y = row * tile; y < end; ++y) {
        const size_t at = index(column * tile, y);
        std::memcpy(&drawn_.colour[at], &background_.colour[at], count * sizeof(uint32_t));
        std::memcpy(&drawn_.depth[at], &background_.depth[at], count * sizeof(uint16_t));
      }
    }
  }
}

void Canvas::draw(const Mesh& mesh, const Camera& camera, const Light& light) {
  for (const auto& triangle : mesh.triangles()) draw_triangle(triangle, camera, light);
}

void Canvas::draw_triangle(const Triangle& triangle, const Camera& camera, const Light& light) {
  Corner at[3];
  for (size_t i = 0; i < 3; ++i) {
    const Vec3 view = camera.to_view(triangle.at[i]);
    if (view.z < near_plane) return;  // somebody stands at the lens
    const Spot spot = camera.project_view(view);
    at[i].x = spot.x;
    at[i].y = spot.y;
    at[i].closeness = spot.closeness * 65535.0f;
  }
  if (facing_area(at) <= 0) return;
  const float x0 = std::min({at[0].x, at[1].x, at[2].x}),
              x1 = std::max({at[0].x, at[1].x, at[2].x});
  const float y0 = std::min({at[0].y, at[1].y, at[2].y}),
              y1 = std::max({at[0].y, at[1].y, at[2].y});
  if (x1 < 0 || y1 < 0 || x0 >= static_cast<float>(drawn_.width) ||
      y0 >= static_cast<float>(drawn_.height)) {
    return;
  }
  for (size_t i = 0; i < 3; ++i) {
    Rgb lit = triangle.colour;
    if (triangle.surface != Surface::glow) {
      const float contact = 0.72f + 0.28f * smoothstep(0, 0.5f, triangle.at[i].z);
      lit = lit * light.irradiance(triangle.at[i], triangle.normal[i]) * contact;
    }
    const uint32_t shown =
        light.exposed(light.through_air(lit, near_plane * 65535.0f / at[i].closeness));
    at[i].r = static_cast<float>(shown & 255);
    at[i].g = static_cast<float>(shown >> 8 & 255);
    at[i].b = static_cast<float>(shown >> 16 & 255);
  }
  // One sample more around: a pixel that holds a drawn sample has all its samples touched.
  touch(static_cast<int>(x0) - 1, static_cast<int>(y0) - 1, static_cast<int>(x1) + 1,
        static_cast<int>(y1) + 1);
  const uint32_t id = static_cast<uint32_t>(triangle.id) << 24;
  scan_triangle<true>(
      at, drawn_.width, drawn_.height, [&](int y, int from, int to, const Gradient& gradient) {
        // Fixed point (depth 16.14, colours 8.16) in unsigned numbers: a sliver's steep steps may
        // wrap.
        const auto fixed = [](float value, float scale) {
          return static_cast<uint32_t>(
              static_cast<int64_t>(std::clamp(value, -1e6f, 1e6f) * scale));
        };
        const size_t begin = index(from, y);
        uint32_t* colour = &drawn_.colour[begin];
        uint16_t* depth = &drawn_.depth[begin];
        uint32_t z = fixed(gradient.start.closeness, 16384.0f);
        uint32_t r = fixed(gradient.start.r, 65536.0f), dr = fixed(gradient.step.r, 65536.0f);
        uint32_t g = fixed(gradient.start.g, 65536.0f), dg = fixed(gradient.step.g, 65536.0f);
        uint32_t b = fixed(gradient.start.b, 65536.0f), db = fixed(gradient.step.b, 65536.0f);
        const uint32_t dz = fixed(gradient.step.closeness, 16384.0f);
        const auto byte = [](uint32_t value) {
          return static_cast<uint32_t>(std::clamp(static_cast<int32_t>(value) >> 16, 0, 255));
        };
        for (int i = 0; i < to - from; ++i, z += dz, r += dr, g += dg, b += db) {
          const int near = static_cast<int32_t>(z) >> 14;
          if (near <= depth[i]) continue;
          depth[i] = static_cast<uint16_t>(std::min(near, 65535));
          colour[i] = id | byte(b) << 16 | byte(g) << 8 | byte(r);
        }
      });
}

void Canvas::runs(int y, std::vector<Run>& runs) const {
  runs.clear();
  const uint8_t* first = &touched_[static_cast<size_t>(y / tile * tile_columns_)];
  const uint8_t* second = &touched_[static_cast<size_t>((y + 1) / tile * tile_columns_)];
  for (int column = 0; column < tile_columns_; ++column) {
    if (!first[column] || !second[column]) continue;
    const int from = column * tile, to = std::min(from + tile, drawn_.width);
    if (!runs.empty() && runs.back().to == from) {
      runs.back().to = to;
    } else {
      runs.push_back({from, to});
    }
  }
}

}  // namespace fovea::video::scene
