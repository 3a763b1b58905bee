#pragma once

#include <string>

namespace fovea::bus {

// The subjects that answers to a user's questions come to begin with this, one part and a dot
// behind it: nobody hears another's. Letters that mean something in a subject become '='. Pure.
inline std::string inbox_prefix(const std::string& user) {
  std::string prefix = "_INBOX.";
  for (const char c : user) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    prefix += plain ? c : '=';
  }
  return prefix;
}

}  // namespace fovea::bus
