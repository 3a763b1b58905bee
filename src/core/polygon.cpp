#include "core/polygon.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/ids.h"
#include "core/limits.h"

namespace fovea::core {

namespace {

bool read_coordinate(const char*& at, const char* end, double& value) {
  const auto [rest, failed] = std::from_chars(at, end, value);
  at = rest;
  return failed == std::errc() && value >= 0 && value <= 1;
}

}  // namespace

Result<Polygon> parse_polygon(std::string_view text) {
  const Error wrong{
      Code::bad_input,
      "'" + printable(text) + "' is no list of corners from 0 to 1 such as \"0.6,0 1,0 1,0.4\""};
  Polygon polygon;
  const char* at = text.data();
  const char* end = text.data() + text.size();
  while (true) {
    while (at != end && *at == ' ') ++at;
    if (at == end) break;
    RelativePoint point;
    if (!read_coordinate(at, end, point.x)) return wrong;
    if (at == end || *at != ',') return wrong;
    if (!read_coordinate(++at, end, point.y)) return wrong;
    if (at != end && *at != ' ') return wrong;
    if (polygon.size() == limits::polygon_corners_max) {
      return Error{Code::bad_input,
                   fmt::format("an area has at most {} corners", limits::polygon_corners_max)};
    }
    polygon.push_back(point);
  }
  if (polygon.size() < 3) return wrong;
  return polygon;
}

std::string to_text(const Polygon& polygon) {
  std::string text;
  for (const auto& point : polygon) {
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", point.x, point.y);
  }
  return text;
}

bool contains(const Polygon& polygon, RelativePoint point) {
  const auto found = crossings(polygon, point.y);
  const auto right = std::upper_bound(found.begin(), found.end(), point.x);
  return (found.end() - right) % 2 == 1;
}

std::vector<double> crossings(const Polygon& polygon, double y) {
  std::vector<double> found;
  for (size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
    const auto& a = polygon[i];
    const auto& b = polygon[j];
    if ((a.y > y) == (b.y > y)) continue;
    found.push_back((b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace fovea::core
