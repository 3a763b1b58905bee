#include "bus/url.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "bus/bus.h"
#include "bus/certificate_option.h"
#include "wire/percent.h"

namespace fovea::bus {

namespace {

core::Error wrong(const std::string& text, const std::string& why) {
  return {core::Code::bad_input, "the bus URL '" + masked_url(text) + "' " + why};
}

core::Status read_options(const std::string& text, std::string_view rest, Url& url) {
  while (!rest.empty()) {
    const size_t ampersand = rest.find('&');
    const std::string_view option = rest.substr(0, ampersand);
    rest = ampersand == std::string_view::npos ? std::string_view() : rest.substr(ampersand + 1);
    const size_t equals = option.find('=');
    const auto value = equals == std::string_view::npos
                           ? std::nullopt
                           : wire::percent_decode(option.substr(equals + 1));
    if (!value || equals == 0) return wrong(text, "has an option that is not NAME=VALUE");
    url.options[std::string(option.substr(0, equals))] = *value;
  }
  return {};
}

core::Status read_user(const std::string& text, std::string_view info, Url& url) {
  const size_t colon = info.find(':');
  const auto user = wire::percent_decode(info.substr(0, colon));
  const auto password = colon == std::string_view::npos
                            ? std::optional<std::string>("")
                            : wire::percent_decode(info.substr(colon + 1));
  if (!user || !password) return wrong(text, "has a '%' that is not followed by two hex digits");
  url.user = *user;
  url.password = *password;
  return {};
}

core::Status read_host(const std::string& text, std::string_view host, Url& url) {
  std::string_view port;
  if (host.starts_with('[')) {
    const size_t bracket = host.find(']');
    if (bracket == std::string_view::npos) return wrong(text, "has no ']' after its address");
    port = host.substr(bracket + 1);
    host = host.substr(1, bracket - 1);
  } else if (const size_t colon = host.find(':'); colon != std::string_view::npos) {
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  url.host = host;
  if (port.empty()) return {};
  const char* end = port.data() + port.size();
  const auto [stopped, error] = std::from_chars(port.data() + 1, end, url.port);
  const bool valid = port.front() == ':' && error == std::errc() && stopped == end &&
                     url.port > 0 && url.port < 65536;
  if (!valid) return wrong(text, "has a port that is not a number from 1 to 65535");
  return {};
}

}  // namespace

core::Result<Url> parse_url(const std::string& text) {
  const size_t mark = text.find("://");
  if (mark == std::string::npos || mark == 0) {
    return wrong(text, "has no scheme; it should look like nats://host:4222 or memory://");
  }
  Url url;
  url.scheme = text.substr(0, mark);
  std::string_view rest = std::string_view(text).substr(mark + 3);
  if (const size_t question = rest.find('?'); question != std::string_view::npos) {
    if (auto read = read_options(text, rest.substr(question + 1), url); !read) return read.error();
    rest = rest.substr(0, question);
  }
  if (const size_t at = rest.rfind('@'); at != std::string_view::npos) {
    if (auto read = read_user(text, rest.substr(0, at), url); !read) return read.error();
    rest = rest.substr(at + 1);
  }
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (auto read = read_host(text, rest, url); !read) return read.error();
  return url;
}

namespace {

// Where a password with a '?', which should have been encoded, ends: "user:a?b@h". npos: what
// follows the colon is a port.
size_t end_of_broken_user(const std::string& url, size_t begin, size_t question) {
  if (question == std::string::npos || url.compare(begin, 1, "[") == 0) return std::string::npos;
  const auto host = std::string_view(url).substr(begin, question - begin);
  const size_t colon = host.find(':');
  const bool user = colon != std::string_view::npos &&
                    host.find_first_not_of("0123456789", colon + 1) != std::string_view::npos;
  return user ? url.rfind('@') : std::string::npos;
}

// A certificate is no secret, but half a page of letters.
std::string without_certificate(const std::string& url, size_t question) {
  if (question == std::string::npos) return url;
  std::string shown = url.substr(0, question);
  for (size_t begin = question; begin < url.size();) {
    const size_t end = std::min(url.find('&', begin + 1), url.size());
    const std::string option = url.substr(begin, end - begin);
    const bool is_long = option.compare(1, 3, "ca=") == 0 && is_certificate(option.substr(4));
    shown += is_long ? option.substr(0, 4) + "(certificate)" : option;
    begin = end;
  }
  return shown;
}

std::string without_user(const std::string& url) {
  const size_t mark = url.find("://");
  const size_t begin = mark == std::string::npos ? 0 : mark + 3;
  const size_t question = url.find('?', begin);
  size_t at = url.rfind('@', question);
  if (at == std::string::npos || at < begin) at = end_of_broken_user(url, begin, question);
  if (at == std::string::npos || at < begin) return url;
  return url.substr(0, begin) + "***" + url.substr(at);
}

}  // namespace

std::string masked_url(const std::string& url) {
  const std::string shown = without_user(url);
  return without_certificate(shown, shown.find('?'));
}

}  // namespace fovea::bus
