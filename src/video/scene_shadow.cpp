#include "video/scene_shadow.h"

#include <bit>

namespace fovea::video::scene {
namespace {

constexpr float key_share = 0.34f;  // of the light on a level plane that the key gives
constexpr float sky_share = 0.5f;   // of the light that can be hidden by what stands near

Vec2 project(Vec3 p, Vec3 towards, float z) {
  const float above = std::max(p.z - z, 0.0f) / towards.z;
  return {p.x - towards.x * above, p.y - towards.y * above};
}

float turn(Vec2 a, Vec2 b, Vec2 c) { return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x); }

}  // namespace

LightSamples::LightSamples(Vec3 key_direction) {
  for (size_t i = 0; i < key_count; ++i) {
    const float a = 2 * pi * static_cast<float>(i) / key_count;
    const float r = i % 2 ? 0.16f : 0.07f;
    towards.push_back(normalised(key_direction + Vec3{r * std::cos(a), r * std::sin(a), 0}));
  }
  for (size_t i = 0; i < sky_count; ++i) {
    const float a = 2 * pi * (static_cast<float>(i) + 0.3f) / sky_count;
    const float r = i % 2 ? 0.65f : 0.35f;
    towards.push_back(normalised({r * std::cos(a), r * std::sin(a), 1}));
  }
  for (size_t mask = 0; mask < left.size(); ++mask) {
    const auto key = static_cast<float>(std::popcount(mask % (1U << key_count)));
    const auto all = static_cast<float>(std::popcount(mask));
    left[mask] = (1 - key_share * key / key_count) * (1 - sky_share * (all - key) / sky_count);
  }
}

Rect ShadowMap::bounds() const {
  return {x_, y_, x_ + u_max_ / inverse_cell_, y_ + v_max_ / inverse_cell_};
}

// Andrew's monotone chain.
void ShadowMap::outline(std::span<const Vec3> points, Vec3 towards) {
  projected_.clear();
  for (const Vec3& p : points) {
    const Vec2 at = project(p, towards, plane_z_);
    projected_.push_back({(at.x - x_) * inverse_cell_, (at.y - y_) * inverse_cell_});
  }
  std::ranges::sort(projected_,
                    [](Vec2 a, Vec2 b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
  outline_.clear();
  const auto add = [&](Vec2 p, size_t floor) {
    while (outline_.size() >= floor + 2 &&
           turn(outline_[outline_.size() - 2], outline_.back(), p) <= 0) {
      outline_.pop_back();
    }
    outline_.push_back(p);
  };
  for (const Vec2 p : projected_) add(p, 0);
  const size_t lower = outline_.size() - 1;
  for (size_t i = projected_.size() - 1; i-- > 0;) add(projected_[i], lower);
}

void ShadowMap::fill(uint16_t bit) {
  float low = 1e9f, high = -1e9f;
  for (const Vec2 p : outline_) {
    low = std::min(low, p.y);
    high = std::max(high, p.y);
  }
  const int last = std::min(static_cast<int>(std::ceil(high)), rows_ - 1);
  for (int row = std::max(0, static_cast<int>(low)); row <= last; ++row) {
    // A body thinner than a cell still hides the cell that it is in.
    const float y = std::clamp(static_cast<float>(row), low, high);
    if (std::abs(y - static_cast<float>(row)) > 0.5f) continue;
    float from = 1e9f, to = -1e9f;
    for (size_t i = 0; i + 1 < outline_.size(); ++i) {
      const Vec2 a = outline_[i], b = outline_[i + 1];
      if (std::min(a.y, b.y) > y || std::max(a.y, b.y) < y) continue;
      const float x = a.y == b.y ? a.x : a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y);
      from = std::min(from, x);
      to = std::max(to, x);
    }
    const int first = std::max(0, static_cast<int>(std::lround(from)));
    const int end = std::min(columns_ - 1, static_cast<int>(std::lround(to)));
    for (int column = first; column <= end; ++column) {
      hidden_[static_cast<size_t>(row * columns_ + column)] |= bit;
    }
  }
}

// The mean of 3 x 3 cells.
void ShadowMap::soften() {
  const auto columns = static_cast<size_t>(columns_);
  row_.resize(columns * 3);
  for (int y = 0; y < rows_; ++y) {
    float* at = &left_[static_cast<size_t>(y) * columns];
    float* sum = &row_[static_cast<size_t>(y % 3) * columns];
    for (size_t x = 1; x + 1 < columns; ++x) sum[x] = (at[x - 1] + at[x] + at[x + 1]) / 9;
    if (y < 2) continue;
    float* middle = at - columns;
    for (size_t x = 1; x + 1 < columns; ++x) {
      middle[x] = row_[x] + row_[columns + x] + row_[2 * columns + x];
    }
  }
}

void ShadowMap::cast(const Mesh& mesh, const LightSamples& light, float plane_z, float cell) {
  plane_z_ = plane_z;
  inverse_cell_ = 1 / cell;
  columns_ = rows_ = 0;
  Vec2 low{1e9f, 1e9f}, high{-1e9f, -1e9f};
  float tilt = 0;
  for (const Vec3& towards : light.towards) {
    tilt = std::max(tilt, std::hypot(towards.x, towards.y) / towards.z);
  }
  for (const Hull& hull : mesh.hulls()) {
    for (const Vec3& p : mesh.points(hull)) {
      const float reach = std::max(p.z - plane_z, 0.0f) * tilt;
      low = {std::min(low.x, p.x - reach), std::min(low.y, p.y - reach)};
      high = {std::max(high.x, p.x + reach), std::max(high.y, p.y + reach)};
    }
  }
  if (low.x > high.x) return;
  x_ = low.x - 3 * cell;
  y_ = low.y - 3 * cell;
  columns_ = static_cast<int>((high.x - x_) * inverse_cell_) + 4;
  rows_ = static_cast<int>((high.y - y_) * inverse_cell_) + 4;
  u_max_ = static_cast<float>(columns_ - 1);
  v_max_ = static_cast<float>(rows_ - 1);
  const auto cells = static_cast<size_t>(columns_) * static_cast<size_t>(rows_);
  hidden_.assign(cells, 0);
  for (const Hull& hull : mesh.hulls()) {
    const auto points = mesh.points(hull);
    if (std::ranges::all_of(points, [&](Vec3 p) { return p.z < plane_z; })) continue;
    for (size_t i = 0; i < light.towards.size(); ++i) {
      outline(points, light.towards[i]);
      fill(static_cast<uint16_t>(1U << i));
    }
  }
  left_.resize(cells);
  for (size_t i = 0; i < cells; ++i) left_[i] = light.left[hidden_[i]];
  soften();
}

}  // namespace fovea::video::scene
