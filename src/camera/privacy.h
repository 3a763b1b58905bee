#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/polygon.h"
#include "core/result.h"
#include "video/source.h"

namespace fovea::camera {

using PrivacyAreas = std::vector<core::Polygon>;

// Each text as core::parse_polygon() takes it. Errors: bad_input (also more than
// limits::privacy_areas_max).
core::Result<PrivacyAreas> parse_privacy(const std::vector<std::string>& texts);

// Blacks areas of pictures out before anybody gets them. A pixel that an area touches is black, and
// with it the pixels that share its colour sample. Keeps the pixels of the newest size.
// Threads: one.
class PrivacyMask {
 public:
  explicit PrivacyMask(PrivacyAreas areas) : areas_(std::move(areas)) {}

  bool empty() const { return areas_.empty(); }

  // Takes every PixelFormat. Errors: bad_input (bytes that do not fit the size).
  core::Result<core::Image> apply(const core::Image& image);

  // What a scene knows about its picture, without what lies in the areas: no class there, and no
  // box whose middle is.
  video::GroundTruth apply(const video::GroundTruth& truth, core::Size frame);

 private:
  struct Run {
    int row = 0;
    int from = 0;
    int to = 0;  // one beyond the last
  };
  void fit(core::Size size);
  void add_runs(int row, const std::vector<bool>& covered);

  const PrivacyAreas areas_;
  core::Size size_;
  std::vector<Run> runs_;  // of size_, even on both sides
};

}  // namespace fovea::camera
