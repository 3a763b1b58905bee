#include "infer/score_map.h"

#include <algorithm>

#include "core/assert.h"

namespace fovea::infer {

namespace {

constexpr int cell_max = 32;

int cell_side(int coarse, int whole) {
  if (coarse < 1 || whole <= coarse) return 1;
  const int side = (whole + coarse - 1) / coarse;
  return side <= cell_max && (whole + side - 1) / side == coarse ? side : 1;
}

using Lanes [[gnu::vector_size(16)]] = float;
using Indices [[gnu::vector_size(16)]] = int32_t;
constexpr size_t lanes = 4;

// Where this class's scores are the best so far.
void take_better(Lanes score, size_t class_index, Lanes& best, Indices& index) {
  const Indices better = class_index == 0 ? Indices{-1, -1, -1, -1} : Indices(score > best);
  best = better ? score : best;
  index = better ? Indices{} + int32_t(class_index) : index;
}

// Repeats each cell of `from` over all of its pixels.
void spread(const std::span<const uint8_t> from, core::Size coarse, core::Size cell,
            core::Size whole, uint8_t* to) {
  const auto line = size_t(whole.width);
  for (int row = 0; row < whole.height; ++row, to += line) {
    if (row % cell.height != 0) {
      std::copy_n(to - line, line, to);
      continue;
    }
    const uint8_t* value = from.data() + size_t(row / cell.height) * size_t(coarse.width);
    uint8_t* pixel = to;
    for (int left = whole.width; left > 0; left -= cell.width, ++value) {
      for (int i = std::min(cell.width, left); i > 0; --i) *pixel++ = *value;
    }
  }
}

}  // namespace

core::Size cell_of(core::Size coarse, core::Size whole) {
  const core::Size cell{cell_side(coarse.width, whole.width),
                        cell_side(coarse.height, whole.height)};
  return cell.width > 1 && cell.height > 1 ? cell : core::Size{1, 1};
}

// The pixels between the centres of cell i and the next begin at cell * i + cell / 2.
std::vector<FinestMap::Span> FinestMap::spans_of(int cells, int cell, int pixels) {
  std::vector<Span> spans;
  for (int i = -1; i < cells; ++i) {
    const int first = cell * i + cell / 2;
    const int begin = std::max(first, 0);
    const int end = std::min(first + cell, pixels);
    if (begin >= end) continue;
    spans.push_back({std::max(i, 0), std::min(i + 1, cells - 1), begin, end, begin - first});
  }
  return spans;
}

FinestMap::FinestMap(core::Size coarse, core::Size whole, size_t classes)
    : coarse_(coarse),
      whole_(whole),
      cell_(cell_of(coarse, whole)),
      classes_(classes),
      rows_(spans_of(coarse.height, cell_.height, whole.height)),
      columns_(spans_of(coarse.width, cell_.width, whole.width)),
      winners_(size_t(coarse.width) * size_t(coarse.height)),
      class_map_(size_t(whole.width) * size_t(whole.height)),
      confidence_(class_map_.size()) {
  make_weights();
  between_.resize(weights_.size() * lanes);
}

void FinestMap::make_weights() {
  const auto share = [](int pixel, int cell) {  // of the cell after
    const int from_cells_begin = pixel + cell / 2;
    return (float(from_cells_begin) + 0.5F) / float(cell) - 0.5F;
  };
  const size_t count = size_t(cell_.width) * size_t(cell_.height);
  weights_.resize((count + lanes - 1) / lanes);
  for (size_t i = 0; i < count; ++i) {
    const float across = share(int(i) % cell_.width, cell_.width);
    const float down = share(int(i) / cell_.width, cell_.height);
    Weights& four = weights_[i / lanes];
    four.top_left[i % lanes] = (1 - down) * (1 - across);
    four.top_right[i % lanes] = (1 - down) * across;
    four.bottom_left[i % lanes] = down * (1 - across);
    four.bottom_right[i % lanes] = down * across;
  }
}

void FinestMap::make(const ScoreMap& from) {
  const size_t cells = size_t(coarse_.width) * size_t(coarse_.height);
  FOVEA_ASSERT(from.size == coarse_ && from.scores.size() == classes_ * cells &&
               from.confidence.size() == cells);
  find_winners(from);
  spread(winners_, coarse_, cell_, whole_, class_map_.data());
  spread(from.confidence, coarse_, cell_, whole_, confidence_.data());
  for (const Span& rows : rows_) {
    const uint8_t* above = winners_.data() + size_t(rows.before) * size_t(coarse_.width);
    const uint8_t* below = winners_.data() + size_t(rows.after) * size_t(coarse_.width);
    for (const Span& columns : columns_) {
      const uint8_t winner = above[columns.before];
      if (winner != above[columns.after] || winner != below[columns.before] ||
          winner != below[columns.after]) {
        settle(from, rows, columns);
      }
    }
  }
}

void FinestMap::find_winners(const ScoreMap& from) {
  const size_t cells = winners_.size();
  const auto settle_cells = [&](size_t first, size_t count) {
    Lanes best = {};
    Indices index = {};
    for (size_t each = 0; each < classes_; ++each) {
      const float* scores = from.scores.data() + each * cells + first;
      Lanes score = {};
      for (size_t lane = 0; lane < count; ++lane) score[lane] = scores[lane];
      take_better(score, each, best, index);
    }
    for (size_t lane = 0; lane < count; ++lane) winners_[first + lane] = uint8_t(index[lane]);
  };
  size_t first = 0;
  for (; first + lanes <= cells; first += lanes) settle_cells(first, lanes);
  settle_cells(first, cells - first);
}

// Pixel by pixel, four at a time.
void FinestMap::settle(const ScoreMap& from, const Span& rows, const Span& columns) {
  const size_t top = size_t(rows.before) * size_t(coarse_.width);
  const size_t bottom = size_t(rows.after) * size_t(coarse_.width);
  const auto left = size_t(columns.before);
  const auto right = size_t(columns.after);
  for (size_t block = 0; block < weights_.size(); ++block) {
    const Weights& weights = weights_[block];
    Lanes best = {};
    Indices index = {};
    for (size_t each = 0; each < classes_; ++each) {
      const float* plane = from.scores.data() + each * winners_.size();
      const Lanes score =
          weights.top_left * plane[top + left] + weights.top_right * plane[top + right] +
          weights.bottom_left * plane[bottom + left] + weights.bottom_right * plane[bottom + right];
      take_better(score, each, best, index);
    }
    for (size_t lane = 0; lane < lanes; ++lane) {
      between_[block * lanes + lane] = uint8_t(index[lane]);
    }
  }
  const int width = columns.end - columns.begin;
  for (int row = rows.begin; row < rows.end; ++row) {
    const int place = (row - rows.begin + rows.skipped) * cell_.width + columns.skipped;
    std::copy_n(between_.data() + place, width,
                class_map_.data() + size_t(row) * size_t(whole_.width) + columns.begin);
  }
}

}  // namespace fovea::infer
