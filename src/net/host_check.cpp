#include "net/host_check.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

namespace fovea::net {

namespace {

constexpr size_t host_length_max = 255;

bool is_port(std::string_view text) {
  return text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

bool is_address(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return lower;
}

bool is_host_character(unsigned char c) {
  return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
}

// Whether a page comes from `host`, port included, or from a scheme's own port: a proxy may tell
// us a Host of its own.
bool is_at(std::string_view origin, std::string_view host) {
  const auto authority = lower_case(origin.substr(origin.find("://") + 3));
  return authority == lower_case(host) || authority == parse_authority(authority);
}

}  // namespace

std::optional<std::string> parse_authority(std::string_view authority) {
  if (authority.empty() || authority.size() > host_length_max + 8) return std::nullopt;
  std::string host;
  std::string_view rest;
  if (authority.front() == '[') {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
    in6_addr six{};
    if (host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos ||
        ::inet_pton(AF_INET6, host.c_str(), &six) != 1) {
      return std::nullopt;
    }
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    host = authority.substr(0, colon);
    rest = authority.substr(colon);
    if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_character)) {
      return std::nullopt;
    }
  }
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
  std::transform(host.begin(), host.end(), host.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return host;
}

std::optional<std::string> parse_origin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return parse_authority(origin.substr(scheme.size()));
  }
  return std::nullopt;
}

HostCheck::HostCheck(HostRules rules) : rules_(std::move(rules)) {
  for (auto* list : {&rules_.allowed, &rules_.own}) {
    for (auto& name : *list) name = parse_authority(name).value_or(name);
  }
}

bool HostCheck::names(const std::vector<std::string>& list, const std::string& host) const {
  return std::find(list.begin(), list.end(), host) != list.end();
}

bool HostCheck::allows_host(std::string_view authority) const {
  const auto host = parse_authority(authority);
  if (!host) return false;
  return is_loopback(*host) || names(rules_.allowed, *host) || names(rules_.own, *host) ||
         (rules_.addresses && is_address(*host));
}

bool HostCheck::allows_origin(std::string_view origin, std::string_view host, bool tls) const {
  const auto page = parse_origin(origin);
  if (!page) return false;
  const bool allowed = names(rules_.allowed, *page);
  if (!rules_.exact_origin) return allowed || is_loopback(*page);
  if (allowed && is_at(origin, host)) return true;
  std::string own = tls ? "https://" : "http://";
  own += lower_case(host);
  return allows_host(host) && lower_case(origin) == own;
}

}  // namespace fovea::net
