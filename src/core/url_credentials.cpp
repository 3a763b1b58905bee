#include "core/url_credentials.h"

#include <algorithm>

namespace fovea::core {

namespace {

constexpr auto npos = std::string_view::npos;

bool is_port(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == npos;
}

}  // namespace

size_t end_of_credentials(std::string_view text, size_t authority) {
  text = text.substr(0, text.find_first_of(" \"'", authority));
  const size_t end = std::min(text.find_first_of("/?#", authority), text.size());
  const size_t inside = text.substr(0, end).rfind('@');
  if (inside != npos && inside >= authority) return inside;
  const size_t colon = text.find(':', authority);
  if (colon >= end || is_port(text.substr(colon + 1, end - colon - 1))) return npos;
  const size_t at = text.rfind('@');
  return at != npos && at > colon ? at : npos;
}

}  // namespace fovea::core
