#pragma once

#include <array>
#include <cstdint>

namespace fovea::codec {

inline constexpr int glyph_width = 5;
inline constexpr int glyph_height = 7;

// A 5x7 picture of a printable ASCII character, one byte per row, bit 4 leftmost. Capitals for
// letters of both cases; characters without a picture are blank.
std::array<uint8_t, glyph_height> glyph(char character);

}  // namespace fovea::codec
