#include "infer/score_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/assert.h"

namespace fovea::infer {

namespace {

constexpr int cell_max = 32;

int cell_side(int coarse, int whole) {
  if (coarse < 1 || whole <= coarse) return 1;
  const int side = (whole + coarse - 1) / coarse;
  return side <= cell_max && (whole + side - 1) / side == coarse ? side : 1;
}

// Between two cells' centres: the cell before a place and how far it is on to the next.
struct Tap {
  int before;
  float share;
};
Tap tap_of(int place, int cell) {
  const double at = (place + 0.5) / cell - 0.5;
  const double before = std::floor(at);
  return {int(before), float(at - before)};
}

// Where this class's scores are the best so far. Plain loops over plain arrays: the compiler makes
// vectors of them.
void take_better(const float* before, const float* after, float share, uint32_t class_index,
                 float* best, uint32_t* index, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const float score = before[i] + share * (after[i] - before[i]);
    const bool better = score > best[i];
    best[i] = better ? score : best[i];
    index[i] = better ? class_index : index[i];
  }
}

}  // namespace

core::Size cell_of(core::Size coarse, core::Size whole) {
  const core::Size cell{cell_side(coarse.width, whole.width),
                        cell_side(coarse.height, whole.height)};
  return cell.width > 1 && cell.height > 1 ? cell : core::Size{1, 1};
}

FinestMap::FinestMap(core::Size coarse, core::Size whole, size_t classes)
    : coarse_(coarse),
      whole_(whole),
      cell_(cell_of(coarse, whole)),
      classes_(classes),
      line_(size_t(coarse.width) + 2),
      best_(size_t(coarse.width) * size_t(cell_.width)),
      index_(best_.size()),
      class_map_(size_t(whole.width) * size_t(whole.height)),
      confidence_(class_map_.size()) {}

void FinestMap::make(const ScoreMap& from) {
  const size_t cells = size_t(coarse_.width) * size_t(coarse_.height);
  FOVEA_ASSERT(from.size == coarse_ && from.scores.size() == classes_ * cells &&
               from.confidence.size() == cells);
  for (int row = 0; row < whole_.height; ++row) make_row(from, row);
}

void FinestMap::make_row(const ScoreMap& from, int row) {
  std::fill(best_.begin(), best_.end(), -std::numeric_limits<float>::infinity());
  std::fill(index_.begin(), index_.end(), 0);
  const auto width = size_t(coarse_.width);
  for (size_t each = 0; each < classes_; ++each) {
    take_line(from, each, row);
    for (int place = 0; place < cell_.width; ++place) {
      const Tap tap = tap_of(place, cell_.width);
      const float* before = line_.data() + 1 + tap.before;
      const size_t at = size_t(place) * width;
      take_better(before, before + 1, tap.share, uint32_t(each), &best_[at], &index_[at], width);
    }
  }
  write_row(row);
  write_confidence(from, row);
}

void FinestMap::take_line(const ScoreMap& from, size_t class_index, int row) {
  const auto width = size_t(coarse_.width);
  const int last = coarse_.height - 1;
  const Tap tap = tap_of(row, cell_.height);
  const float* plane = from.scores.data() + class_index * width * size_t(coarse_.height);
  const float* above = plane + size_t(std::max(tap.before, 0)) * width;
  const float* below = plane + size_t(std::min(tap.before + 1, last)) * width;
  float* line = line_.data() + 1;
  for (size_t i = 0; i < width; ++i) line[i] = above[i] + tap.share * (below[i] - above[i]);
  line_.front() = line_[1];
  line_.back() = line_[width];
}

void FinestMap::write_confidence(const ScoreMap& from, int row) {
  const uint8_t* cell = from.confidence.data() + size_t(row / cell_.height) * size_t(coarse_.width);
  uint8_t* to = confidence_.data() + size_t(row) * size_t(whole_.width);
  for (int x = 0; x < whole_.width; x += cell_.width) {
    std::fill_n(to + x, std::min(cell_.width, whole_.width - x), *cell++);
  }
}

void FinestMap::write_row(int row) {
  uint8_t* to = class_map_.data() + size_t(row) * size_t(whole_.width);
  for (int place = 0; place < cell_.width; ++place) {
    const uint32_t* from = index_.data() + size_t(place) * size_t(coarse_.width);
    for (int x = place; x < whole_.width; x += cell_.width) to[x] = uint8_t(*from++);
  }
}

}  // namespace fovea::infer
