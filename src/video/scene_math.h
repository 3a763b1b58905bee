#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

// The small mathematics of the synthetic scene. Metres, radians, z up, linear light. Everything
// random is a hash of where and when it is, never a state: that is what makes a frame a pure
// function of (seed, time).
namespace fovea::video::scene {

inline constexpr float pi = 3.14159265f;

struct Vec3 {
  float x = 0, y = 0, z = 0;
};
inline Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec3 operator*(Vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
inline float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline float length(Vec3 a) { return std::sqrt(dot(a, a)); }
inline Vec3 normalised(Vec3 a) {
  const float size = length(a);
  return size > 0 ? a * (1 / size) : a;
}

struct Vec2 {
  float x = 0, y = 0;
};
inline Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
inline Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
inline Vec2 operator*(Vec2 a, float s) { return {a.x * s, a.y * s}; }
inline float length(Vec2 a) { return std::sqrt(a.x * a.x + a.y * a.y); }

// Linear light, 1 = a white surface in full light.
struct Rgb {
  float r = 0, g = 0, b = 0;
};
inline Rgb operator+(Rgb a, Rgb b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
inline Rgb operator*(Rgb a, Rgb b) { return {a.r * b.r, a.g * b.g, a.b * b.b}; }
inline Rgb operator*(Rgb a, float s) { return {a.r * s, a.g * s, a.b * s}; }

inline float mix(float a, float b, float t) { return a + (b - a) * t; }
inline Rgb mix(Rgb a, Rgb b, float t) { return a * (1 - t) + b * t; }
inline float unit(float x) { return std::clamp(x, 0.0f, 1.0f); }
inline float smooth(float x) {  // 0..1 with flat ends
  const float t = unit(x);
  return t * t * (3 - 2 * t);
}
inline float smoothstep(float from, float to, float x) { return smooth((x - from) / (to - from)); }

// A colour as it is written for screens (0xRRGGBB, sRGB with gamma 2.2) in linear light.
inline Rgb paint(uint32_t hex) {
  const auto linear = [](uint32_t byte) {
    return std::pow(static_cast<float>(byte & 255) / 255.0f, 2.2f);
  };
  return {linear(hex >> 16), linear(hex >> 8), linear(hex)};
}

// Where something stands and how it is turned; axes are orthonormal.
struct Pose {
  Vec3 x{1, 0, 0}, y{0, 1, 0}, z{0, 0, 1}, origin;

  Vec3 direction(Vec3 d) const { return x * d.x + y * d.y + z * d.z; }
  Vec3 point(Vec3 p) const { return origin + direction(p); }
  Vec3 local(Vec3 p) const {
    const Vec3 d = p - origin;
    return {dot(d, x), dot(d, y), dot(d, z)};
  }
  Pose moved(Vec3 by) const { return {x, y, z, point(by)}; }
  Pose turned_x(float a) const {
    const float c = std::cos(a), s = std::sin(a);
    return {x, y * c + z * s, z * c - y * s, origin};
  }
  Pose turned_y(float a) const {
    const float c = std::cos(a), s = std::sin(a);
    return {x * c - z * s, y, z * c + x * s, origin};
  }
  Pose turned_z(float a) const {
    const float c = std::cos(a), s = std::sin(a);
    return {x * c + y * s, y * c - x * s, z, origin};
  }
};

inline Pose standing(Vec3 at, float yaw) {
  Pose pose;
  pose.origin = at;
  return pose.turned_z(yaw);
}

// A good 32-bit mix (Chris Wellons' "lowbias32").
inline uint32_t hash(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  return x ^ (x >> 16);
}
inline uint32_t hash(uint32_t a, uint32_t b) { return hash(a ^ hash(b + 0x9e3779b9U)); }
inline float hash_unit(uint32_t a, uint32_t b) {  // 0..1
  return static_cast<float>(hash(a, b) >> 8) * (1.0f / 16777216.0f);
}

// A row of random numbers from a seed.
class Dice {
 public:
  explicit Dice(uint32_t seed) : seed_(seed) {}
  float between(float from, float to) { return mix(from, to, hash_unit(seed_, ++drawn_)); }
  int below(int count) {
    return static_cast<int>(hash(seed_, ++drawn_) % static_cast<uint32_t>(count));
  }
  bool chance(float share) { return between(0, 1) < share; }
  template <typename T, size_t N>
  const T& one_of(const T (&choices)[N]) {
    return choices[below(static_cast<int>(N))];
  }

 private:
  uint32_t seed_;
  uint32_t drawn_ = 0;
};

}  // namespace fovea::video::scene
