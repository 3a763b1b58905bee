#pragma once

#include <string>
#include <string_view>

#include "core/json.h"

namespace fovea::testing {

// The document; null if it is not one.
inline core::Json json(std::string_view text) {
  auto parsed = core::parse_json(text, {.bytes_max = 64u << 20});
  return parsed ? *std::move(parsed) : core::Json();
}

// The value at a JSON pointer (RFC 6901) without escapes, such as /classes/0/name; made where it is
// missing.
inline core::Json& at(core::Json& document, std::string_view pointer) {
  core::Json* value = &document;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string step(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(step.size());
    value = value->is_array() ? &(*value)[std::stoul(step)] : &(*value)[step];
  }
  return *value;
}

inline const core::Json& at(const core::Json& document, std::string_view pointer) {
  return at(const_cast<core::Json&>(document), pointer);
}

// Sets that value; null removes it.
inline void put(core::Json& document, std::string_view pointer, const core::Json& wanted) {
  const size_t slash = pointer.rfind('/');
  core::Json& owner = at(document, pointer.substr(0, slash));
  const std::string name(pointer.substr(slash + 1));
  if (!wanted.is_null()) {
    at(owner, pointer.substr(slash)) = wanted;
  } else if (owner.is_array()) {
    owner.erase(std::stoul(name));
  } else {
    owner.erase(name);
  }
}

}  // namespace fovea::testing
