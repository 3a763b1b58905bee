#include <cstdint>
#include <string_view>

#include "core/yaml_reader.h"

// Any text is either refused or can be asked for everything without harm.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto reader = fovea::core::YamlReader::parse(text, "fuzz");
  if (!reader) return 0;
  auto root = reader->root();
  root.text("a");
  root.integer("b", 0);
  root.number("c", 0);
  root.flag("d", false);
  root.texts("e");
  root.number_lists("g");
  for (auto& map : root.maps("f")) map.text("a");
  for (auto& [name, map] : root.entries()) map.integer(name, 0);
  (void)reader->finish();
  return 0;
}
