#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace fovea::core {

// A point of a picture, 0..1 from left to right and from top to bottom.
struct RelativePoint {
  double x = 0;
  double y = 0;
  bool operator==(const RelativePoint&) const = default;
};

// A closed outline in a picture of any size; at least three corners.
using Polygon = std::vector<RelativePoint>;

// "0.6,0 1,0 1,0.4": the points as SVG's polygon writes them. Errors: bad_input (no such list, a
// coordinate outside 0..1, fewer than 3 or more than limits::polygon_corners_max corners).
Result<Polygon> parse_polygon(std::string_view text);
std::string to_text(const Polygon& polygon);

// By the even-odd rule.
bool contains(const Polygon& polygon, RelativePoint point);

// Where the outline crosses the line at height `y`, from left to right: it is inside between the
// first and the second, the third and the fourth, and so on.
std::vector<double> crossings(const Polygon& polygon, double y);

}  // namespace fovea::core
