#include "codec/glyphs.h"

#include <string_view>

namespace fovea::codec {

namespace {

struct Drawing {
  char character;
  std::string_view rows;  // 7 rows of 5, '#' is ink
};

// clang-format off
constexpr Drawing drawings[] = {
    {'0', " ### #   ##  ### # ###  ##   # ### "}, {'1', "  #   ##    #    #    #    #   ### "},
    {'2', " ### #   #    #   #   #   #   #####"}, {'3', " ### #   #    #  ##     ##   # ### "},
    {'4', "   #   ##  # # #  # #####   #    # "}, {'5', "######    ####     #    ##   # ### "},
    {'6', " ### #    #    #### #   ##   # ### "}, {'7', "#####    #   #   #   #    #    #   "},
    {'8', " ### #   ##   # ### #   ##   # ### "}, {'9', " ### #   ##   # ####    #    # ### "},
    {'A', " ### #   ##   #######   ##   ##   #"}, {'B', "#### #   ##   ##### #   ##   ##### "},
    {'C', " ### #   ##    #    #    #   # ### "}, {'D', "#### #   ##   ##   ##   ##   ##### "},
    {'E', "######    #    #### #    #    #####"}, {'F', "######    #    #### #    #    #    "},
    {'G', " ### #   ##    # ####   ##   # ####"}, {'H', "#   ##   ##   #######   ##   ##   #"},
    {'I', " ###   #    #    #    #    #   ### "}, {'J', "  ###   #    #    #    # #  #  ##  "},
    {'K', "#   ##  # # #  ##   # #  #  # #   #"}, {'L', "#    #    #    #    #    #    #####"},
    {'M', "#   ### ### # ## # ##   ##   ##   #"}, {'N', "#   ###  ## # ##  ###   ##   ##   #"},
    {'O', " ### #   ##   ##   ##   ##   # ### "}, {'P', "#### #   ##   ##### #    #    #    "},
    {'Q', " ### #   ##   ##   ## # ##  #  ## #"}, {'R', "#### #   ##   ##### # #  #  # #   #"},
    {'S', " #####    #     ###     #    ##### "},  {'T', "#####  #    #    #    #    #    #  "},
    {'U', "#   ##   ##   ##   ##   ##   # ### "}, {'V', "#   ##   ##   ##   ##   # # #   #  "},
    {'W', "#   ##   ##   ## # ## # ### ###   #"}, {'X', "#   ##   # # #   #   # # #   ##   #"},
    {'Y', "#   ##   # # #   #    #    #    #  "}, {'Z', "#####    #   #   #   #   #    #####"},
    {'.', "                         ##   ##   "}, {'-', "               #####               "},
    {'_', "                              #####"}, {'%', "##   ##  #   #   #   #   #  ##   ##"},
};
// clang-format on

constexpr bool all_complete() {
  for (const auto& drawing : drawings) {
    if (drawing.rows.size() != glyph_width * glyph_height) return false;
  }
  return true;
}
static_assert(all_complete());

}  // namespace

std::array<uint8_t, glyph_height> glyph(char character) {
  std::array<uint8_t, glyph_height> rows{};
  if (character >= 'a' && character <= 'z') character = char(character - 'a' + 'A');
  for (const auto& drawing : drawings) {
    if (drawing.character != character) continue;
    for (size_t i = 0; i < drawing.rows.size(); ++i) {
      if (drawing.rows[i] == '#') rows[i / 5] = uint8_t(rows[i / 5] | (16u >> (i % 5)));
    }
  }
  return rows;
}

}  // namespace fovea::codec
