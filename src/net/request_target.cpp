#include "net/request_target.h"

#include <algorithm>

#include "core/ids.h"
#include "core/utf8.h"

namespace fovea::net {

namespace {

using core::Code;
using core::Error;
using core::Result;
using core::Status;

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; });
}

Error wrong(const char* what, std::string_view text) {
  return {Code::bad_input, std::string(what) + " in '" + core::printable(text) + "'"};
}

// One part of the path, between two slashes.
Status append_part(std::string_view raw, bool last, std::string& path) {
  const auto part = percent_decode(raw, false);
  if (!part) return wrong("a broken percent code", raw);
  if (part->empty() && !last) return wrong("an empty path part", raw);
  if (*part == "." || *part == "..") return wrong("a path part that climbs", raw);
  if (part->find_first_of("/\\") != std::string::npos) return wrong("a hidden slash", raw);
  if (has_control(*part) || !core::is_utf8(*part)) return wrong("characters that are no text", raw);
  path += '/';
  path += *part;
  return {};
}

Result<std::string> decode_path(std::string_view raw) {
  std::string path;
  raw.remove_prefix(1);
  while (true) {
    const size_t slash = raw.find('/');
    const bool last = slash == std::string_view::npos;
    const Status appended = append_part(raw.substr(0, slash), last, path);
    if (!appended) return appended.error();
    if (last) return path;
    raw.remove_prefix(slash + 1);
  }
}

Result<std::map<std::string, std::string>> decode_query(std::string_view raw) {
  std::map<std::string, std::string> query;
  size_t pairs = 0;
  while (!raw.empty()) {
    const std::string_view pair = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(raw.size(), pair.size() + 1));
    if (pair.empty()) continue;
    if (++pairs > query_pairs_max) return wrong("too many parameters", pair);
    const size_t equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decode(pair.substr(0, equals), true);
    const auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return wrong("a broken percent code", pair);
    if (!core::is_utf8(*name) || !core::is_utf8(*value) || has_control(*name) ||
        has_control(*value)) {
      return wrong("characters that are no text", pair);
    }
    query[*name] = *value;
  }
  return query;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += char(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

Result<RequestTarget> parse_request_target(std::string_view target) {
  RequestTarget parsed;
  if (target == "*") {
    parsed.path = "*";
    return parsed;
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const size_t end = std::min(rest.find_first_of("/?"), rest.size());
    parsed.authority = rest.substr(0, end);
    if (parsed.authority.empty()) return wrong("no host", target);
    target = rest.substr(end);
    break;
  }
  if (!parsed.authority.empty() && !target.starts_with('/')) {
    auto with_root = parse_request_target("/" + std::string(target));
    if (with_root) with_root->authority = parsed.authority;
    return with_root;
  }
  if (!target.starts_with('/')) return wrong("no leading slash", target);
  const size_t question = std::min(target.find('?'), target.size());
  auto path = decode_path(target.substr(0, question));
  if (!path) return path.error();
  parsed.path = std::move(*path);
  auto query = decode_query(target.substr(std::min(question + 1, target.size())));
  if (!query) return query.error();
  parsed.query = std::move(*query);
  return parsed;
}

}  // namespace fovea::net
