#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/image.h"

namespace fovea::infer {

// Scores of classes at a coarser raster than a map that is to be made of them.
struct ScoreMap {
  std::span<const float> scores;        // [C,h,w]
  std::span<const uint8_t> confidence;  // [h,w]
  core::Size size;                      // w, h
};

// How many pixels of `whole` a cell of `coarse` spans along each side, where it is a whole number
// from 2 to 32 (sizes that do not divide evenly are rounded up, as strided convolutions do);
// otherwise 1 x 1: such scores are taken as they are.
core::Size cell_of(core::Size coarse, core::Size whole);

// The best class of each pixel of `whole`, with the scores interpolated (bilinear, half_pixel):
// edges become finer than the cells, for a tenth of what interpolating in the engine's graph and
// asking for the best there costs. Pure but for its working memory; threads: one at a time.
class FinestMap {
 public:
  FinestMap(core::Size coarse, core::Size whole, size_t classes);

  // The spans are valid until the next call.
  void make(const ScoreMap& from);
  core::Size size() const { return whole_; }
  std::span<const uint8_t> class_map() const { return class_map_; }
  std::span<const uint8_t> confidence() const { return confidence_; }

 private:
  void make_row(const ScoreMap& from, int row);
  void take_line(const ScoreMap& from, size_t class_index, int row);
  void write_row(int row);
  void write_confidence(const ScoreMap& from, int row);

  const core::Size coarse_, whole_, cell_;
  const size_t classes_;
  std::vector<float> line_;  // scores of one class, interpolated between two rows, edges repeated
  std::vector<float> best_;  // [cell width, w]: by a pixel's place in its cell
  std::vector<uint32_t> index_;
  std::vector<uint8_t> class_map_, confidence_;
};

}  // namespace fovea::infer
