#pragma once

#include <string>
#include <utility>
#include <vector>

namespace fovea::core {

struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

struct Plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;
  bool lines = true;  // else dots
};

// As SVG, a file of its own that may also stand inside HTML. The y axis starts at zero, or lower
// where values are. Pure; threads: any.
std::string to_svg(const Plot& plot);

}  // namespace fovea::core
