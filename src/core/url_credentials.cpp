#include "core/url_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace fovea::core {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view ends_authority = "/?#";

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("-._~").find(c) != npos;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == npos;
}

// As nobody calls a user: an address, a name with a domain, this machine.
bool is_clearly_host(std::string_view name) {
  return name.find('.') != npos || name.starts_with('[') || name == "localhost";
}

// "10.0.0.7", "10.0.0.7:554": whether a host stands at the begin, up to the path.
bool begins_with_host(std::string_view text) {
  text = text.substr(0, text.find_first_of(ends_authority));
  const size_t colon = text.rfind(':');
  return is_clearly_host(text) || (colon != npos && is_number(text.substr(colon + 1)));
}

// Whether what stands before the first '/', '?' or '#' is a host, and the '@' further on the
// path's. `behind` is what follows that '@': where it looks like a host, the other one need not be
// one.
bool is_host(std::string_view text, bool has_user, std::string_view behind) {
  if (is_clearly_host(text)) return true;
  const size_t colon = text.rfind(':');
  if (colon == npos) return !has_user || !begins_with_host(behind);
  return is_number(text.substr(colon + 1)) && !begins_with_host(behind);
}

}  // namespace

size_t end_of_credentials(std::string_view url, size_t authority) {
  const size_t at = url.rfind('@');
  return at != npos && at >= authority ? at : npos;
}

bool hides_host(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == npos) return false;
  const std::string_view rest = url.substr(scheme + 3);
  const size_t end = std::min(rest.find_first_of(ends_authority), rest.size());
  const size_t at = rest.rfind('@');
  return at != npos && at > end && rest.substr(0, end).find('@') == npos;
}

std::string masked_url(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t authority = scheme == npos ? 0 : scheme + 3;
  const size_t at = end_of_credentials(url, authority);
  if (at == npos) return std::string(url);
  return fmt::format("{}***{}", url.substr(0, authority), url.substr(at));
}

std::string masked_urls(std::string_view text) {
  std::string masked;
  while (true) {
    const size_t scheme = text.find("://");
    if (scheme == npos) return masked.append(text);
    const size_t end = std::min(text.find_first_of(" \t\r\n\"'", scheme), text.size());
    masked += masked_url(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::string encode_credentials(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_plain(c)) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<uint8_t>(c));
    }
  }
  return encoded;
}

Status check_credentials(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == npos) return {};
  const std::string_view rest = url.substr(scheme + 3);
  const size_t end = rest.find_first_of(ends_authority);
  const size_t at = rest.rfind('@');
  if (at == npos || end == npos || end > at) return {};
  const std::string_view authority = rest.substr(0, end);
  const size_t user = authority.rfind('@');
  const std::string_view host = user == npos ? authority : authority.substr(user + 1);
  // A '#' begins what no server is told, so that nothing there can be meant.
  if (rest[end] != '#' && is_host(host, user != npos, rest.substr(at + 1))) return {};
  std::string advice;
  for (const char sign : ends_authority) {
    if (rest.substr(0, at).find(sign) == npos) continue;
    advice += fmt::format("{}{} as %{:02X}", advice.empty() ? "" : ", ", sign,
                          static_cast<uint8_t>(sign));
  }
  return Error{Code::bad_input,
               fmt::format("the user and the password in {} cannot be told from the rest of it: in "
                           "them write {}",
                           masked_url(url), advice)};
}

}  // namespace fovea::core
