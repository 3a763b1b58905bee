#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fovea::core {

// A file inside the program (cmake/FoveaEmbed.cmake); lives as long as it.
struct EmbeddedFile {
  std::string_view name;
  std::span<const uint8_t> data;
};

}  // namespace fovea::core
