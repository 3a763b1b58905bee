#include "video/scene_surface.h"

namespace fovea::video::scene {
namespace {

// Smooth noise, 0..1, one bump per unit.
float bumps(float x, float y, uint32_t seed) {
  const float fx = std::floor(x), fy = std::floor(y);
  const auto ix = static_cast<uint32_t>(static_cast<int>(fx));
  const auto iy = static_cast<uint32_t>(static_cast<int>(fy));
  const float s = smooth(x - fx), t = smooth(y - fy);
  const auto corner = [&](uint32_t dx, uint32_t dy) {
    const uint32_t mixed = ((ix + dx) * 0x9e3779b1U) ^ ((iy + dy) * 0x85ebca77U) ^ seed;
    return static_cast<float>(hash(mixed) >> 8) * (1.0f / 16777216.0f);
  };
  return mix(mix(corner(0, 0), corner(1, 0), s), mix(corner(0, 1), corner(1, 1), s), t);
}

float distance_to(Vec2 at, Vec2 a, Vec2 b) {
  const Vec2 d = b - a, p = at - a;
  const float t = unit((p.x * d.x + p.y * d.y) / std::max(d.x * d.x + d.y * d.y, 1e-6f));
  return length(p - d * t);
}

// 1 on a line every `pitch`, 0 elsewhere.
float line_every(float x, float pitch, float width) {
  const float off = std::abs(x / pitch - std::round(x / pitch)) * pitch;
  return 1 - smoothstep(width * 0.5f, width, off);
}

}  // namespace

Surfaces::Surfaces(const Layout& layout, const Light& light, const ShadowMap& floor_shadow)
    : layout_(layout), light_(light), shadow_(floor_shadow), seed_(hash(layout.options.seed, 77)) {
  Dice dice(hash(layout.options.seed, 0x77696e64));
  window_high_ = layout.height - dice.between(1.9f, 2.3f);
  window_low_ = window_high_ - dice.between(0.9f, 1.9f);
  window_pitch_ = dice.between(1.3f, 2.4f);
  has_windows_ = dice.chance(0.85f);
}

Surfaces::Look Surfaces::look(const Triangle& triangle, Vec3 at, Vec3 view) const {
  switch (triangle.surface) {
    case Surface::glow: return {triangle.colour, triangle.id};
    case Surface::floor: return floor(at, view);
    case Surface::wall: return {wall(triangle, at), triangle.id};
    case Surface::roof: return {roof(at), triangle.id};
    default: break;
  }
  const Vec3 normal = normalised(triangle.normal[0] + triangle.normal[1] + triangle.normal[2]);
  const float contact = 0.62f + 0.38f * smoothstep(0, 0.7f, at.z);
  float grain = 1;
  if (triangle.surface == Surface::wood)
    grain = 0.8f + 0.4f * bumps(at.x * 9, at.y * 9 + at.z * 5, 3);
  const float dirt = 0.93f + 0.1f * bumps(at.x * 3, at.y * 3 + at.z * 3, 5);
  return {triangle.colour * light_.irradiance(at, normal) * (contact * grain * dirt), triangle.id};
}

Rgb Surfaces::concrete(Vec2 at) const {
  const Style& style = layout_.style;
  const float clouds = bumps(at.x * 0.35f, at.y * 0.35f, seed_);
  const float patches = bumps(at.x * 1.7f, at.y * 1.7f, seed_ + 1);
  const float grain = bumps(at.x * 14, at.y * 14, seed_ + 2);
  float tone = 0.8f + 0.22f * clouds + 0.14f * patches + 0.1f * (grain - 0.5f);
  if (style.floor_kind == 1) {  // slabs, each of its own tint
    const float pitch = 2.0f;
    const auto slab = [&](float v) {
      return static_cast<uint32_t>(static_cast<int>(std::floor(v / pitch)));
    };
    tone *= 0.93f + 0.14f * hash_unit(slab(at.x) * 131U + seed_, slab(at.y));
    const float joint = std::max(line_every(at.x, pitch, 0.02f), line_every(at.y, pitch, 0.02f));
    tone *= 1 - 0.35f * joint;
  } else if (style.floor_kind == 0) {  // cast fields with saw cuts
    const float joint = std::max(line_every(at.x, 5, 0.02f), line_every(at.y, 5, 0.02f));
    tone *= 1 - 0.4f * joint;
  } else {
    tone = mix(tone, 1.0f, 0.5f);
  }
  const float stain = smoothstep(0.72f, 0.86f, bumps(at.x * 0.8f + 9, at.y * 0.8f, seed_ + 3));
  tone *= 1 - 0.3f * style.floor_wear * stain * (0.5f + 0.5f * patches);
  return style.floor * (tone * (1 - 0.45f * tyre_marks(at)));
}

float Surfaces::tyre_marks(Vec2 at) const {
  const auto& corners = layout_.forklift.path.corners;
  float near = 1e9f;
  for (size_t i = 0; i < corners.size(); ++i) {
    near = std::min(near, distance_to(at, corners[i], corners[(i + 1) % corners.size()]));
  }
  const float off = std::abs(near - 0.45f);
  if (off > 0.3f) return 0;
  const float streaks = smoothstep(0.35f, 0.8f, bumps(at.x * 0.6f, at.y * 0.6f, seed_ + 4));
  return (1 - smoothstep(0.05f, 0.28f, off)) * streaks * layout_.style.floor_wear;
}

void Surfaces::paint_stripes(Vec2 at, float wear, Look& look) const {
  for (const auto& stripe : layout_.stripes) {
    if (distance_to(at, stripe.from, stripe.to) > stripe.width / 2) continue;
    look.light = mix(look.light, stripe.colour, 1 - 0.75f * wear);
    look.id = id_of(SceneClass::marking);
  }
}

void Surfaces::paint_zone(Vec2 at, float wear, Look& look) const {
  const Vec3 local = layout_.cell.local({at.x, at.y, 0});
  const Rect& zone = layout_.zone;
  if (!zone.contains({local.x, local.y})) return;
  look.id = id_of(SceneClass::danger_zone);
  const float inside =
      std::min({local.x - zone.x0, zone.x1 - local.x, local.y - zone.y0, zone.y1 - local.y});
  if (inside > 0.26f) {
    look.light = mix(look.light, layout_.style.zone * 0.8f, 0.5f - 0.3f * wear);
    return;
  }
  const float diagonal = (local.x + local.y) / 0.52f;
  const bool black = diagonal - std::floor(diagonal) < 0.5f;
  look.light = mix(look.light, paint(black ? 0x1d1d1b : 0xf0c514), 1 - 0.7f * wear);
}

// The roof and the back wall in a shiny floor, blurred by its roughness.
Rgb Surfaces::mirrored(Vec3 at, Vec3 view) const {
  const Vec3 up{view.x, view.y, -view.z};
  const float to_roof = (layout_.height - 1.2f) / up.z;
  const float to_wall = up.y > 1e-3f ? (layout_.depth - at.y) / up.y : 1e9f;
  if (to_wall < to_roof) {
    const float z = up.z * to_wall;
    const float soft = 0.5f;
    const float band = smoothstep(window_low_ - soft, window_low_ + soft, z) *
                       (1 - smoothstep(window_high_ - soft, window_high_ + soft, z));
    return light_.window * (has_windows_ ? 0.8f * band : 0.0f);
  }
  const Vec2 hit{at.x + up.x * to_roof, at.y + up.y * to_roof};
  const float lamp_x = hit.x - (-layout_.width / 2 + 3);
  const float across = std::abs(lamp_x / 4.5f - std::round(lamp_x / 4.5f)) * 4.5f;
  const float lamp_y = hit.y - 6.2f;
  const float along = std::abs(lamp_y / 5.5f - std::round(lamp_y / 5.5f)) * 5.5f;
  const float glow = (1 - smoothstep(0.3f, 1.5f, across)) * (1 - smoothstep(0.1f, 1.3f, along));
  return light_.lamp * glow;
}

Surfaces::Look Surfaces::floor(Vec3 at, Vec3 view) const {
  const Vec2 place{at.x, at.y};
  Look look{concrete(place), id_of(SceneClass::floor)};
  const float rough =
      bumps(at.x * 5, at.y * 5, seed_ + 5) * 0.6f + bumps(at.x * 17, at.y * 17, seed_ + 6) * 0.4f;
  const float patchy = bumps(at.x * 0.9f, at.y * 0.9f, seed_ + 7);
  const float amount = layout_.style.floor_wear;
  const float wear =
      unit(amount * (0.25f + 0.9f * smoothstep(0.45f, 0.62f, rough * 0.6f + patchy * 0.4f)));
  paint_zone(place, wear, look);
  paint_stripes(place, wear, look);
  const float left = shadow_.at(at.x, at.y);
  look.light = look.light * light_.irradiance(at, {0, 0, 1}) * left;
  const float facing = unit(-normalised(view).z);
  const float grazing = (1 - facing) * (1 - facing);
  const float gloss =
      layout_.style.floor_gloss * (0.06f + 0.5f * grazing * grazing) * (0.75f + 0.5f * patchy);
  look.light = look.light + mirrored(at, view) * (gloss * left);
  return look;
}

bool Surfaces::is_window(float along, float z) const {
  if (!has_windows_ || z < window_low_ || z > window_high_) return false;
  const float pane = along / window_pitch_ - std::floor(along / window_pitch_);
  return pane > 0.05f && pane < 0.95f;
}

Rgb Surfaces::window(float along, float z) const {
  const float height = (z - window_low_) / (window_high_ - window_low_);
  const float clouds = bumps(along * 0.25f, z * 0.6f, seed_ + 8);
  const float bar = line_every(z - window_low_, (window_high_ - window_low_) / 2, 0.035f);
  return light_.window * ((0.65f + 0.35f * height) * (0.75f + 0.4f * clouds) * (1 - 0.8f * bar));
}

Rgb Surfaces::cladding(float along, float z) const {
  const Style& style = layout_.style;
  const bool low = z < 1.35f;
  Rgb colour = low ? style.wainscot : style.wall;
  float tone = 0.92f + 0.12f * bumps(along * 0.5f, z * 0.5f, seed_ + 9);
  switch (style.wall_kind) {
    case 0:
      if (!low) tone *= 0.93f + 0.09f * std::sin(along * 2 * pi / 0.4f);
      break;
    case 1:
      tone *= 1 - 0.25f * std::max(line_every(along, 1.2f, 0.025f), line_every(z, 1.1f, 0.025f));
      break;
    default: {
      const float row = std::floor(z / 0.22f);
      const float shift = static_cast<int>(row) % 2 ? 0.3f : 0.0f;
      tone *=
          1 - 0.2f * std::max(line_every(along + shift, 0.6f, 0.03f), line_every(z, 0.22f, 0.03f));
      tone *= 0.92f + 0.14f * hash_unit(static_cast<uint32_t>(static_cast<int>(row)) + seed_,
                                        static_cast<uint32_t>(
                                            static_cast<int>(std::floor((along + shift) / 0.6f))));
    }
  }
  const float streaks = smoothstep(0.6f, 0.9f, bumps(along * 1.9f, z * 0.15f, seed_ + 10));
  tone *= 1 - 0.15f * streaks * style.floor_wear;
  if (std::abs(z - 1.35f) < 0.04f) colour = style.line;
  return colour * tone;
}

Rgb Surfaces::wall(const Triangle& triangle, Vec3 at) const {
  const Vec3 normal = triangle.normal[0];
  const float along = std::abs(normal.x) > 0.5f ? at.y + 50 : at.x + 50;
  if (is_window(along, at.z)) return window(along, at.z);
  const float side = std::abs(normal.x) > 0.5f ? std::min(layout_.depth - at.y, 9.0f)
                                               : layout_.width / 2 - std::abs(at.x);
  const float corner = 0.7f + 0.3f * smoothstep(0, 1.6f, side);
  const float foot = 0.6f + 0.4f * smoothstep(0, 1.5f, at.z);
  const float top = 0.7f + 0.3f * smoothstep(0, 2.0f, layout_.height - at.z);
  return cladding(along, at.z) * light_.irradiance(at, normal) * (corner * foot * top);
}

Rgb Surfaces::roof(Vec3 at) const {
  // Skylights between the girders.
  const float bay = (at.y - 4) / 5.5f - std::floor((at.y - 4) / 5.5f);
  const bool lit = bay > 0.62f && bay < 0.82f && std::abs(at.x) < layout_.width / 2 - 2;
  const float pane = at.x / 1.5f - std::floor(at.x / 1.5f);
  if (lit && pane > 0.05f) return light_.window * 0.9f;
  const float ribs = 0.8f + 0.2f * std::sin(at.y * 2 * pi / 0.5f);
  return layout_.style.roof * light_.irradiance(at, {0, 0, -1}) * ribs;
}

}  // namespace fovea::video::scene
