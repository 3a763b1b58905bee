#include "infer/score_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace fovea::infer {
namespace {

struct Random {
  std::vector<float> scores;
  std::vector<uint8_t> confidence;
};
// `patches`: as of real pictures, one class wins far and wide.
Random random_scores(core::Size size, size_t classes, bool patches) {
  std::mt19937 random(3);
  const size_t cells = size_t(size.width) * size_t(size.height);
  Random made;
  for (size_t i = 0; i < cells * classes; ++i) {
    const size_t cell = i % cells;
    const size_t patch = cell % size_t(size.width) / 5 + cell / size_t(size.width) / 4;
    const bool wins = patches && patch % classes == i / cells;
    made.scores.push_back(std::normal_distribution<float>(wins ? 20 : 0, 3)(random));
  }
  for (size_t i = 0; i < cells; ++i) made.confidence.push_back(uint8_t(random()));
  return made;
}

// By the book: each score at the pixel's centre, then the best.
int best_at(const Random& from, core::Size size, size_t classes, int x, int y, core::Size cell) {
  const auto tap = [](int place, int side, int count) {
    const float at = (float(place) + 0.5F) / float(side) - 0.5F;
    const auto before = int(std::floor(at));
    return std::tuple{std::clamp(before, 0, count - 1), std::clamp(before + 1, 0, count - 1),
                      at - float(before)};
  };
  const auto [left, right, across] = tap(x, cell.width, size.width);
  const auto [top, bottom, down] = tap(y, cell.height, size.height);
  int best = -1;
  float most = 0;
  for (size_t each = 0; each < classes; ++each) {
    const float* plane = from.scores.data() + each * size_t(size.width) * size_t(size.height);
    const auto at = [&](int column, int row) { return plane[row * size.width + column]; };
    const float score = (at(left, top) * (1 - down) + at(left, bottom) * down) * (1 - across) +
                        (at(right, top) * (1 - down) + at(right, bottom) * down) * across;
    if (best >= 0 && score <= most) continue;
    best = int(each);
    most = score;
  }
  return best;
}

TEST(FinestMap, TakesTheBestInterpolatedScore) {
  struct Case {
    core::Size coarse, whole;
    size_t classes;
  };
  for (const auto& [coarse, whole, classes] :
       {Case{{20, 12}, {40, 24}, 5}, Case{{21, 13}, {41, 25}, 3}, Case{{9, 5}, {65, 33}, 12},
        Case{{7, 1}, {28, 3}, 2}, Case{{1, 1}, {2, 2}, 4}}) {
    const core::Size cell = cell_of(coarse, whole);
    ASSERT_GT(cell.width, 1);
    FinestMap map(coarse, whole, classes);
    for (const bool patches : {false, true}) {
      const auto from = random_scores(coarse, classes, patches);
      map.make({from.scores, from.confidence, coarse});
      int wrong = 0;
      for (int y = 0; y < whole.height; ++y) {
        for (int x = 0; x < whole.width; ++x) {
          const auto pixel = size_t(y * whole.width + x);
          wrong += map.class_map()[pixel] != best_at(from, coarse, classes, x, y, cell) ? 1 : 0;
          EXPECT_EQ(map.confidence()[pixel],
                    from.confidence[size_t((y / cell.height) * coarse.width + x / cell.width)]);
        }
      }
      EXPECT_EQ(wrong, 0) << whole.width << "x" << whole.height;
    }
  }
}

TEST(FinestMap, CellsAreWholeNumbersOfPixels) {
  const core::Size none{1, 1};
  EXPECT_EQ(cell_of({320, 180}, {640, 360}), (core::Size{2, 2}));
  EXPECT_EQ(cell_of({241, 180}, {481, 359}), (core::Size{2, 2}));
  EXPECT_EQ(cell_of({65, 65}, {513, 513}), (core::Size{8, 8}));
  EXPECT_EQ(cell_of({160, 45}, {640, 360}), (core::Size{4, 8}));
  EXPECT_EQ(cell_of({640, 360}, {640, 360}), none);
  EXPECT_EQ(cell_of({640, 180}, {640, 360}), none);
  EXPECT_EQ(cell_of({1280, 720}, {640, 360}), none);
  EXPECT_EQ(cell_of({300, 180}, {640, 360}), none);
  EXPECT_EQ(cell_of({1, 1}, {640, 360}), none);  // that is no map
  EXPECT_EQ(cell_of({0, 0}, {640, 360}), none);
}

}  // namespace
}  // namespace fovea::infer
