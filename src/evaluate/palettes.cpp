#include "evaluate/palettes.h"

#include <fmt/format.h>

namespace fovea::evaluate {

namespace {

std::string words(core::Colour colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

core::Image replaced(const core::Image& map, const std::array<uint8_t, 256>& values) {
  core::Bytes pixels;
  pixels.reserve(map.pixels.size());
  for (const uint8_t value : map.pixels.span()) pixels.push_back(values[value]);
  return {map.format, map.size, std::move(pixels)};
}

}  // namespace

std::optional<uint8_t> Palettes::class_of(core::Colour colour) const {
  for (size_t i = 0; i < colours_.size(); ++i) {
    if (colours_[i] == colour) return uint8_t(i);
  }
  return std::nullopt;
}

core::Status Palettes::apply(core::Image& map, const std::vector<core::Colour>& palette,
                             const std::string& name) {
  std::vector<bool> used(256);
  for (const uint8_t value : map.pixels.span()) used[value] = true;
  std::array<uint8_t, 256> values{};
  std::optional<size_t> moved;    // an index whose colour is another class's
  std::optional<size_t> strange;  // one whose colour is none's
  for (size_t index = 0; index < values.size(); ++index) {
    values[index] = uint8_t(index);
    if (!used[index] || index >= palette.size()) continue;
    const auto known = class_of(palette[index]);
    if (known) values[index] = *known;
    if (known && *known != index) moved = index;
    if (!known && index != core::no_class) strange = index;
  }
  if (!strange) {
    if (moved) map = replaced(map, values);
    return {};
  }
  if (moved) {
    return core::Error{
        core::Code::bad_input,
        fmt::format("its palette has the colour of class {} ({}) at {}, and at {} a colour of no "
                    "class ({}): draw it in the colours of the classes alone",
                    values[*moved], words(palette[*moved]), *moved, *strange,
                    words(palette[*strange]))};
  }
  compare(used, palette, name);
  return {};
}

void Palettes::compare(const std::vector<bool>& used, const std::vector<core::Colour>& palette,
                       const std::string& name) {
  for (size_t index = 0; index < palette.size(); ++index) {
    if (!used[index]) continue;
    auto& known = known_.at(index);
    if (!known) known = Known{palette[index], name};
    if (known->colour == palette[index] || !note_.empty()) continue;
    note_ = fmt::format(
        "the palettes of {} and {} differ ({} and {} at {}); their indices are taken as they are: "
        "give the classes the colours of the class maps, and the colours decide",
        known->name, name, words(known->colour), words(palette[index]), index);
  }
}

}  // namespace fovea::evaluate
