#include "stream/polygon.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/assert.h"
#include "core/limits.h"

namespace fovea::stream {
namespace {

constexpr size_t corners_min = 3;
constexpr double area_min = 1e-5;  // of the picture: two pixels of 640x360

// The shoelace formula.
double area_of(const Polygon& polygon) {
  double twice = 0;
  for (size_t i = 0; i < polygon.size(); ++i) {
    const core::RelativePoint &a = polygon[i], &b = polygon[(i + 1) % polygon.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

// The first pixel whose centre is not left of `at`.
int pixel_from(double at, int width) {
  return static_cast<int>(std::ceil(std::clamp(at - 0.5, 0.0, static_cast<double>(width))));
}

}  // namespace

Polygon read_polygon(core::YamlMap& map, const std::string& key) {
  Polygon polygon;
  if (!map.has(key)) map.problem("", "a zone needs '" + key + "'");
  const auto lists = map.number_lists(key);
  for (const auto& list : lists) {
    const bool good =
        list.size() == 2 && list[0] >= 0 && list[0] <= 1 && list[1] >= 0 && list[1] <= 1;
    if (!good) {
      map.problem(key, "must be corners [x, y] of 0 to 1: parts of the picture's width and height");
      return {};
    }
    polygon.push_back({list[0], list[1]});
  }
  if (!map.has(key)) return {};
  if (polygon.size() < corners_min || polygon.size() > core::limits::polygon_corners_max) {
    map.problem(key, "must have " + std::to_string(corners_min) + " to " +
                         std::to_string(core::limits::polygon_corners_max) + " corners, not " +
                         std::to_string(polygon.size()));
  } else if (area_of(polygon) < area_min) {
    map.problem(key, "has no area");
  }
  return polygon;
}

PolygonPixels::PolygonPixels(const Polygon& polygon, core::Size map, core::Area area,
                             core::Size frame) {
  for (int row = 0; row < map.height; ++row) {
    const double y = (area.y + (row + 0.5) / map.height * area.height) / frame.height;
    const auto at = core::crossings(polygon, y);
    const auto column = [&](double x) {
      return pixel_from((x * frame.width - area.x) / area.width * map.width, map.width);
    };
    for (size_t i = 0; i + 1 < at.size(); i += 2) {
      const int begin = column(at[i]), end = column(at[i + 1]);
      if (begin >= end) continue;
      const auto first = static_cast<size_t>(row) * static_cast<size_t>(map.width);
      runs_.push_back({first + static_cast<size_t>(begin), static_cast<size_t>(end - begin)});
      count_ += static_cast<size_t>(end - begin);
    }
  }
}

size_t PolygonPixels::count(const core::Buffer& pixels, uint8_t value) const {
  size_t found = 0;
  for (const Run& run : runs_) {
    FOVEA_ASSERT(run.begin + run.length <= pixels.size());
    const uint8_t* begin = pixels.data() + run.begin;
    found += static_cast<size_t>(std::count(begin, begin + run.length, value));
  }
  return found;
}

}  // namespace fovea::stream
