#pragma once

#include <vector>

#include "core/image.h"
#include "core/polygon.h"
#include "core/yaml_reader.h"

namespace fovea::stream {

using core::Polygon;

// `key: [[x, y], ...]`, 3 to limits::polygon_corners_max corners. Problems (corners outside of 0..1,
// too few or too many, no area) stay with the map's reader.
Polygon read_polygon(core::YamlMap& map, const std::string& key);

// The pixels of a map whose centres lie inside, as runs of one row: found once, then looking at a
// map costs only the pixels inside.
class PolygonPixels {
 public:
  struct Run {
    size_t begin = 0;  // index into the map's pixels
    size_t length = 0;
  };

  // For a map of `map` size that covers `area` of a frame of `frame` size.
  PolygonPixels(const Polygon& polygon, core::Size map, core::Area area, core::Size frame);

  const std::vector<Run>& runs() const { return runs_; }
  size_t count() const { return count_; }  // of pixels inside
  // How many of them are `value`. `pixels` is a gray8 map of the size that was given.
  size_t count(const core::Buffer& pixels, uint8_t value) const;

 private:
  std::vector<Run> runs_;
  size_t count_ = 0;
};

}  // namespace fovea::stream
