#include "site/display_name.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

namespace fovea::site {

namespace {

// Takes the next character off `text`; empty: it is no UTF-8 (RFC 3629: no overlong forms, no
// surrogates).
std::optional<uint32_t> take_character(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || text.size() < length) return {};
  uint32_t character = length == 1 ? first : first & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    character = character << 6U | (byte(i) & 0x3FU);
  }
  const uint32_t least = length == 3 ? 0x800 : length == 4 ? 0x10000 : 0;
  if (character < least || character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF)) {
    return {};
  }
  text.remove_prefix(length);
  return character;
}

bool changes_its_surroundings(uint32_t character) {
  const auto within = [&](uint32_t first, uint32_t last) {
    return character >= first && character <= last;
  };
  return character < 0x20 || within(0x7F, 0x9F) ||            // control characters
         character == 0x200E || character == 0x200F ||        // direction marks
         within(0x2028, 0x202E) || within(0x2066, 0x2069) ||  // line ends, direction overrides
         character == 0xFEFF;
}

bool is_blank(uint32_t character) {
  return character == ' ' || character == 0xA0 || character == 0x3000 ||
         (character >= 0x2000 && character <= 0x200B);
}

}  // namespace

core::Status check_display_name(std::string_view text) {
  const core::Error wrong{
      core::Code::bad_input,
      fmt::format("a name is 1 to {} characters on one line, without control characters",
                  display_name_length_max)};
  size_t length = 0;
  bool blank = true;
  while (!text.empty()) {
    const auto character = take_character(text);
    if (!character || changes_its_surroundings(*character)) return wrong;
    if (++length > display_name_length_max) return wrong;
    blank = blank && is_blank(*character);
  }
  if (blank) return wrong;
  return {};
}

}  // namespace fovea::site
