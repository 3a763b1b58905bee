#pragma once

#include <bit>
#include <cstdint>

namespace fovea::learn {

// IEEE 754 binary16, rounded to nearest even; what is too large becomes infinite.
inline uint16_t to_half(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16) & 0x8000;
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return uint16_t(sign | 0x7e00);   // NaN
  if (magnitude >= 0x47800000) return uint16_t(sign | 0x7c00);  // 65536 and above
  if (magnitude < 0x38800000) {                                 // subnormal: steps of 2^-24
    const float steps = std::bit_cast<float>(magnitude) * 16777216.0f;
    auto whole = uint32_t(steps);
    const float rest = steps - float(whole);
    if (rest > 0.5f || (rest == 0.5f && (whole & 1))) ++whole;
    return uint16_t(sign | whole);
  }
  const uint32_t rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
  return uint16_t(sign | ((rounded - 0x38000000) >> 13));
}

inline float from_half(uint16_t half) {
  const uint32_t sign = uint32_t(half & 0x8000) << 16;
  const uint32_t exponent = (half >> 10) & 0x1f;
  const uint32_t fraction = half & 0x3ff;
  if (exponent == 0) {
    const float value = float(fraction) / 16777216.0f;
    return sign ? -value : value;
  }
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000 | (fraction << 13));
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
}

}  // namespace fovea::learn
