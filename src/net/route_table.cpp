#include "net/route_table.h"

#include <algorithm>
#include <optional>

#include "core/assert.h"

namespace fovea::net {

namespace {

std::string_view next_part(std::string_view& rest) {
  const size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view part = rest.substr(0, slash);
  rest.remove_prefix(std::min(rest.size(), slash + 1));
  return part;
}

bool is_parameter(std::string_view part) { return part.starts_with('{') && part.ends_with('}'); }

std::optional<std::map<std::string, std::string>> match_pattern(std::string_view pattern,
                                                                std::string_view path) {
  if (std::count(pattern.begin(), pattern.end(), '/') !=
      std::count(path.begin(), path.end(), '/')) {
    return std::nullopt;
  }
  std::map<std::string, std::string> parameters;
  while (!pattern.empty() || !path.empty()) {
    const std::string_view wanted = next_part(pattern);
    const std::string_view part = next_part(path);
    if (is_parameter(wanted) && !part.empty()) {
      parameters[std::string(wanted.substr(1, wanted.size() - 2))] = part;
    } else if (wanted != part) {
      return std::nullopt;
    }
  }
  return parameters;
}

}  // namespace

void RouteTable::add(RouteEntry entry) {
  FOVEA_ASSERT(entry.pattern.starts_with('/'));
  entries_.push_back(std::move(entry));
}

RouteMatch RouteTable::match(std::string_view method, std::string_view path) const {
  RouteMatch match;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const auto& entry : entries_) {
    auto parameters = match_pattern(entry.pattern, path);
    if (!parameters) continue;
    if (entry.method == wanted && match.entry == nullptr) {
      match.entry = &entry;
      match.parameters = std::move(*parameters);
    }
    match.methods.push_back(entry.method);
    if (entry.method == "GET") match.methods.emplace_back("HEAD");
  }
  if (match.methods.empty()) return match;
  match.methods.emplace_back("OPTIONS");
  std::sort(match.methods.begin(), match.methods.end());
  match.methods.erase(std::unique(match.methods.begin(), match.methods.end()), match.methods.end());
  return match;
}

}  // namespace fovea::net
