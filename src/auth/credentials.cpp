#include "auth/credentials.h"

#include <algorithm>
#include <cctype>

#include "core/base64.h"

namespace fovea::auth {

namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_scheme(std::string_view text, std::string_view scheme) {
  return text.size() == scheme.size() &&
         std::equal(text.begin(), text.end(), scheme.begin(), [](unsigned char a, char b) {
           return std::tolower(a) == std::tolower(static_cast<unsigned char>(b));
         });
}

std::optional<std::string> password_of(std::string_view encoded) {
  const auto decoded = core::base64_decode(encoded);
  if (!decoded) return std::nullopt;
  const size_t colon = decoded->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return decoded->substr(colon + 1);
}

}  // namespace

std::optional<std::string> cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(header.size(), end + 1));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    const std::string_view value = pair.substr(equals + 1);
    if (value.size() > credential_bytes_max) return std::nullopt;
    return std::string(value);
  }
  return std::nullopt;
}

std::optional<std::string> bearer_or_basic(std::string_view header) {
  header = trimmed(header);
  const size_t space = header.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = header.substr(0, space);
  const std::string_view value = trimmed(header.substr(space));
  if (value.empty() || value.size() > credential_bytes_max) return std::nullopt;
  if (is_scheme(scheme, "bearer")) return std::string(value);
  if (is_scheme(scheme, "basic")) return password_of(value);
  return std::nullopt;
}

}  // namespace fovea::auth
