#include "rtsp/url.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ids.h"
#include "core/url_credentials.h"
#include "video/host_check.h"
#include "video/source.h"

namespace fovea::rtsp {

namespace {

using core::Code;
using core::Error;

constexpr auto npos = std::string_view::npos;
constexpr std::string_view pin_mark = "#pin=";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = char(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    if (!escape) {
      plain += text[i];
      continue;
    }
    plain += char(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return plain;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == 127;
  });
}

// A blank or a letter beyond ASCII would not pass in a request line.
std::string encoded_target(std::string_view text) {
  std::string target;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 127) {
      target += c;
    } else {
      target += fmt::format("%{:02X}", byte);
    }
  }
  return target;
}

core::Result<Fingerprint> parse_pin(std::string_view text) {
  const Error wrong{Code::bad_input,
                    "a pin is written #pin=sha256: and the 64 hexadecimal digits of the "
                    "certificate's SHA-256 fingerprint"};
  constexpr std::string_view kind = "sha256:";
  if (!text.starts_with(kind)) return wrong;
  text.remove_prefix(kind.size());
  Fingerprint pin{};
  size_t digits = 0;
  for (const char c : text) {
    if (c == ':') continue;
    const int digit = hex_digit(c);
    if (digit < 0 || digits == 2 * pin.size()) return wrong;
    pin[digits / 2] = uint8_t(pin[digits / 2] * 16 + digit);
    ++digits;
  }
  if (digits != 2 * pin.size()) return wrong;
  return pin;
}

core::Result<std::optional<Credentials>> parse_credentials(std::string_view text) {
  if (text.empty()) return std::optional<Credentials>();
  const size_t colon = std::min(text.find(':'), text.size());
  Credentials found{decoded(text.substr(0, colon)),
                    colon < text.size() ? decoded(text.substr(colon + 1)) : ""};
  if (has_control(found.user) || has_control(found.password)) {
    return Error{Code::bad_input, "user or password in the URL hold control characters"};
  }
  return std::optional(std::move(found));
}

// The rest after scheme, credentials and host.
std::string_view after_authority(std::string_view text, size_t authority) {
  const size_t at = core::end_of_credentials(text, authority);
  text.remove_prefix(at == npos ? authority : at + 1);
  const size_t path = text.find_first_of("/?#");
  return path == npos ? std::string_view() : text.substr(path);
}

}  // namespace

std::string to_hex(const Fingerprint& fingerprint) {
  std::string text;
  for (const uint8_t byte : fingerprint) text += fmt::format("{:02x}", byte);
  return text;
}

std::string Url::origin() const {
  const bool bare_v6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", tls ? "rtsps" : "rtsp", bare_v6 ? "[" : "", host,
                     bare_v6 ? "]" : "", port);
}

core::Result<Url> parse_url(const std::string& text) {
  const std::string shown = video::masked_spec(text);
  Url url;
  url.tls = text.starts_with("rtsps://");
  if (!url.tls && !text.starts_with("rtsp://")) {
    return Error{Code::bad_input, "not an RTSP URL: " + core::printable(shown)};
  }
  const auto where = video::host_of(text);
  if (!where || has_control(where->host)) {
    return Error{Code::bad_input, fmt::format("the URL names no host, or no port that there can "
                                              "be: {}; write it as rtsp://HOST/PATH",
                                              core::printable(shown))};
  }
  url.host = where->host;
  url.port = where->port;
  const size_t authority = text.find("://") + 3;
  const size_t at = core::end_of_credentials(text, authority);
  if (at != npos) {
    auto credentials = parse_credentials(std::string_view(text).substr(authority, at - authority));
    if (!credentials) return credentials.error();
    url.credentials = *std::move(credentials);
  }
  std::string_view rest = after_authority(text, authority);
  if (const size_t mark = rest.rfind(pin_mark); mark != npos) {
    auto pin = parse_pin(rest.substr(mark + pin_mark.size()));
    if (!pin) return pin.error();
    if (!url.tls) {
      return Error{Code::bad_input, "a pin needs an encrypted connection: write rtsps://"};
    }
    url.pin = *pin;
    rest = rest.substr(0, mark);
  }
  if (const size_t mark = rest.find('#'); url.tls && mark != npos) {
    return Error{Code::bad_input,
                 fmt::format("'{}' at the URL's end is not a pin; write #pin=sha256: and 64 "
                             "hexadecimal digits, or %23 for a '#' of the path",
                             core::printable(rest.substr(mark), 80))};
  }
  url.target = encoded_target(rest);
  if (!url.target.empty() && url.target[0] != '/') url.target.insert(0, "/");
  return url;
}

core::Result<std::string> resolve(const Url& camera, const std::string& base,
                                  std::string_view reference) {
  if (has_control(reference)) {
    return Error{Code::bad_input, "a URL of the camera holds control characters"};
  }
  if (reference.empty() || reference == "*") return base;
  const size_t scheme = reference.find("://");
  if (scheme == npos || reference.substr(0, scheme).find_first_of("/?") != npos) {
    const bool both = base.ends_with('/') && reference.starts_with('/');
    const bool none = !base.ends_with('/') && !reference.starts_with('/');
    return base + (none ? "/" : "") + encoded_target(reference.substr(both ? 1 : 0));
  }
  const std::string_view name = reference.substr(0, scheme);
  if (name != "rtsp" && name != "rtsps") {
    return Error{Code::bad_input,
                 fmt::format("the camera names {} as its stream, which is not RTSP",
                             core::printable(reference))};
  }
  return camera.origin() + encoded_target(after_authority(reference, scheme + 3));
}

}  // namespace fovea::rtsp
