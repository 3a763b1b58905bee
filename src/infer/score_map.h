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
// edges become finer than the cells, for a twentieth of what interpolating in the engine's graph
// and asking for the best there costs. Between four cells with one winner that class wins
// everywhere; only where they differ is anything interpolated. Pure but for its working memory;
// threads: one at a time.
class FinestMap {
 public:
  FinestMap(core::Size coarse, core::Size whole, size_t classes);

  // The spans are valid until the next call.
  void make(const ScoreMap& from);
  core::Size size() const { return whole_; }
  std::span<const uint8_t> class_map() const { return class_map_; }
  std::span<const uint8_t> confidence() const { return confidence_; }

 private:
  // Pixels between the centres of two neighbouring cells along a side, at most a cell's width.
  struct Span {
    int before, after;  // the cells; the same at the map's edges
    int begin, end;     // pixels
    int skipped;        // of a cell's width, pixels before `begin` that the map does not have
  };
  using Lanes [[gnu::vector_size(16)]] = float;
  struct Weights {
    Lanes top_left, top_right, bottom_left, bottom_right;
  };

  static std::vector<Span> spans_of(int cells, int cell, int pixels);
  void make_weights();
  void find_winners(const ScoreMap& from);
  void settle(const ScoreMap& from, const Span& rows, const Span& columns);

  const core::Size coarse_, whole_, cell_;
  const size_t classes_;
  const std::vector<Span> rows_, columns_;
  std::vector<Weights> weights_;  // of four cells, for four pixels between them each, row by row
  std::vector<uint8_t> winners_;  // [h,w]
  std::vector<uint8_t> between_;  // classes of the pixels between four cells
  std::vector<uint8_t> class_map_, confidence_;
};

}  // namespace fovea::infer
