#include "site/device_classes.h"

#include <fmt/format.h>

#include "core/limits.h"

namespace fovea::site {

core::Colour class_colour(int index) {
  int red = 0;
  int green = 0;
  int blue = 0;
  for (int bit = 7; bit >= 0; --bit, index >>= 3) {
    red |= (index & 1) << bit;
    green |= ((index >> 1) & 1) << bit;
    blue |= ((index >> 2) & 1) << bit;
  }
  return {static_cast<uint8_t>(red), static_cast<uint8_t>(green), static_cast<uint8_t>(blue)};
}

core::ClassList extend_classes(const core::ClassList& known, const wire::FrameResult& result) {
  core::ClassList classes = known;
  for (const auto& found : result.classes) {
    const auto index = static_cast<size_t>(found.index);
    if (found.index < 0 || index >= core::limits::classes_max) continue;
    while (classes.size() <= index) {
      const int next = static_cast<int>(classes.size());
      classes.push_back({fmt::format("class {}", next), class_colour(next), -1});
    }
    classes[index].name = found.name;
  }
  return classes;
}

}  // namespace fovea::site
