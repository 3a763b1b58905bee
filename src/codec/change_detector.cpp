#include "codec/change_detector.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/assert.h"

namespace fovea::codec {
namespace {

constexpr int cells_wide = 80;

// Noise of a cell, grey levels. The floor is the rounding to 8 bits; what is beyond the ceiling is
// not noise but something that moves all the time, and must be seen.
constexpr float noise_min = 0.3f;
constexpr float noise_max = 12.0f;
constexpr float noise_first = 1.5f;
constexpr float noises_forgiven = 3.0f;
constexpr float levels_forgiven = 1.0f;

constexpr int memory_pictures = 150;  // ten seconds at 15 a second
// While it learns everything is noise; later what differs clearly is learned this much slower.
constexpr float changed_learns = 1.0f / 16;

// Of the contrast around a cell, per cell that the picture was displaced by.
constexpr float edge_share_min = 0.03f;
constexpr float edge_share_per_cell = 1.1f;
constexpr float edge_share_max = 0.6f;

// More than this is another picture, not shake or a flickering lamp.
constexpr float shift_cells_max = 2.0f;
constexpr float brightness_max = 10.0f;

constexpr int fit_steps = 3;

float at_index(const std::vector<float>& levels, int width, int x, int y) {
  return levels[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)];
}

// Solves the symmetric `a` * x = `b` by Gauss' elimination; zero where it is singular (a picture
// without any structure does not tell how it moved).
std::array<double, 3> solve(std::array<std::array<double, 3>, 3> a, std::array<double, 3> b) {
  for (size_t i = 0; i < 3; ++i) {
    a[i][i] += 1e-3;
    for (size_t row = i + 1; row < 3; ++row) {
      const double factor = a[row][i] / a[i][i];
      for (size_t column = i; column < 3; ++column) a[row][column] -= factor * a[i][column];
      b[row] -= factor * b[i];
    }
  }
  std::array<double, 3> x{};
  for (size_t i = 3; i-- > 0;) {
    double sum = b[i];
    for (size_t column = i + 1; column < 3; ++column) sum -= a[i][column] * x[column];
    x[i] = sum / a[i][i];
  }
  return x;
}

}  // namespace

core::Size ChangeDetector::thumbnail_cover(core::Size picture) {
  const int width = std::max(1, std::min(cells_wide, picture.width));
  return {width, std::max(1, picture.height * width / std::max(1, picture.width))};
}

// Averages over squares where the decoder could not go down to the wanted width.
ChangeDetector::Grid ChangeDetector::grid_of(const core::Image& thumbnail) {
  FOVEA_ASSERT(thumbnail.format == core::PixelFormat::gray8);
  const int side = std::max(1, std::min(thumbnail.size.width / cells_wide, thumbnail.size.height));
  Grid grid{thumbnail.size.width / side, thumbnail.size.height / side, {}};
  grid.levels.reserve(static_cast<size_t>(grid.width) * static_cast<size_t>(grid.height));
  const uint8_t* pixels = thumbnail.pixels.data();
  const float scale = 1 / static_cast<float>(side * side);
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      int sum = 0;
      for (int row = y * side; row < (y + 1) * side; ++row) {
        const uint8_t* from = pixels + row * thumbnail.size.width + x * side;
        for (int i = 0; i < side; ++i) sum += from[i];
      }
      grid.levels.push_back(static_cast<float>(sum) * scale);
    }
  }
  return grid;
}

void ChangeDetector::set_reference(const core::Image& thumbnail) {
  Grid grid = grid_of(thumbnail);
  if (grid.width != reference_.width || grid.height != reference_.height) {
    noise_.assign(grid.levels.size(), noise_first);
    learned_count_ = 0;
  }
  reference_ = std::move(grid);
}

void ChangeDetector::offer_reference(const core::Image& thumbnail, core::SteadyTime now) {
  const bool renew = !has_reference() || learned() || now - reference_since_ >= reference_kept;
  if (!renew) return;
  set_reference(thumbnail);
  reference_since_ = now;
}

ChangeDetector::Judgement ChangeDetector::judge(const core::Image& thumbnail) {
  FOVEA_ASSERT(has_reference());
  const Grid picture = grid_of(thumbnail);
  if (picture.width != reference_.width || picture.height != reference_.height) {
    return {true, 255, 0, 0};
  }
  const Motion motion = fit(picture);
  const std::vector<float> rest = rest_of(picture, motion);
  Judgement judgement;
  judgement.score = strongest_change(rest);
  judgement.shift_x = double{motion.x} / picture.width;
  judgement.shift_y = double{motion.y} / picture.height;
  judgement.changed = judgement.score >= score_min ||
                      std::hypot(motion.x, motion.y) > shift_cells_max ||
                      std::abs(motion.brightness) > brightness_max;
  learn(rest);
  return judgement;
}

ChangeDetector::Grid ChangeDetector::moved_reference(const Motion& motion) const {
  const int width = reference_.width, height = reference_.height;
  Grid moved{width, height, std::vector<float>(reference_.levels.size())};
  // picture(x) = reference(x - motion), between four cells.
  const float left = std::floor(-motion.x), top = std::floor(-motion.y);
  const float right_share = -motion.x - left, bottom_share = -motion.y - top;
  const int dx = static_cast<int>(left), dy = static_cast<int>(top);
  for (int y = 0; y < height; ++y) {
    const int y0 = std::clamp(y + dy, 0, height - 1), y1 = std::clamp(y + dy + 1, 0, height - 1);
    for (int x = 0; x < width; ++x) {
      const int x0 = std::clamp(x + dx, 0, width - 1), x1 = std::clamp(x + dx + 1, 0, width - 1);
      const auto level = [&](int column, int row) {
        return at_index(reference_.levels, width, column, row);
      };
      const float upper = level(x0, y0) + (level(x1, y0) - level(x0, y0)) * right_share;
      const float lower = level(x0, y1) + (level(x1, y1) - level(x0, y1)) * right_share;
      moved.levels[static_cast<size_t>(y * width + x)] =
          upper + (lower - upper) * bottom_share + motion.brightness;
    }
  }
  return moved;
}

// Between cells the reference is guessed: an edge inside a cell may move by more than the guess
// says, and by at most the same share of the levels around it as it moved of a cell.
std::vector<float> ChangeDetector::rest_of(const Grid& picture, const Motion& motion) const {
  const Grid moved = moved_reference(motion);
  const int width = picture.width, height = picture.height;
  const float share =
      std::min(edge_share_max,
               edge_share_min + edge_share_per_cell * (std::abs(motion.x) + std::abs(motion.y)));
  std::vector<float> rest(picture.levels.size(), 0);
  for (int y = 1; y + 1 < height; ++y) {
    for (int x = 1; x + 1 < width; ++x) {
      const auto at = static_cast<size_t>(y * width + x);
      const float difference = picture.levels[at] - moved.levels[at];
      if (std::abs(difference) <= levels_forgiven) {
        rest[at] = difference;
        continue;
      }
      float least = moved.levels[at], most = least;
      for (int row = y - 1; row <= y + 1; ++row) {
        for (int column = x - 1; column <= x + 1; ++column) {
          const float level = at_index(moved.levels, width, column, row);
          least = std::min(least, level);
          most = std::max(most, level);
        }
      }
      const float beyond = std::max(0.0f, std::abs(difference) - share * (most - least));
      rest[at] = std::copysign(beyond, difference);
    }
  }
  return rest;
}

// Gauss-Newton; each step looks at the reference as the last one moved it. The first takes all
// cells, the others leave out those that differ by more than their noise.
ChangeDetector::Motion ChangeDetector::fit(const Grid& picture) const {
  const int width = picture.width;
  Motion motion;
  for (int step = 0; step < fit_steps; ++step) {
    const Grid moved = moved_reference(motion);
    std::array<std::array<double, 3>, 3> normal{};
    std::array<double, 3> right{};
    for (int y = 1; y + 1 < picture.height; ++y) {
      for (int x = 1; x + 1 < width; ++x) {
        const auto at = static_cast<size_t>(y * width + x);
        const float rest = picture.levels[at] - moved.levels[at];
        if (std::abs(rest) > (step == 0 ? 24.0f : 2 * tolerance(at) + 2)) continue;
        const auto below = at + static_cast<size_t>(width), above = at - static_cast<size_t>(width);
        const double slope[3] = {-(moved.levels[at + 1] - moved.levels[at - 1]) / 2.0,
                                 -(moved.levels[below] - moved.levels[above]) / 2.0, 1};
        for (size_t i = 0; i < 3; ++i) {
          for (size_t j = i; j < 3; ++j) normal[i][j] += slope[i] * slope[j];
          right[i] += slope[i] * rest;
        }
      }
    }
    for (size_t i = 1; i < 3; ++i) {
      for (size_t j = 0; j < i; ++j) normal[i][j] = normal[j][i];
    }
    const auto found = solve(normal, right);
    motion.x = std::clamp(motion.x + static_cast<float>(found[0]), -4.0f, 4.0f);
    motion.y = std::clamp(motion.y + static_cast<float>(found[1]), -4.0f, 4.0f);
    motion.brightness += static_cast<float>(found[2]);
  }
  return motion;
}

float ChangeDetector::tolerance(size_t at) const {
  return levels_forgiven + noises_forgiven * noise_[at];
}

double ChangeDetector::strongest_change(const std::vector<float>& rest) const {
  const int width = reference_.width, height = reference_.height;
  std::vector<float> excess(rest.size());
  for (size_t i = 0; i < rest.size(); ++i) {
    excess[i] = std::max(0.0f, std::abs(rest[i]) - tolerance(i));
  }
  float strongest = 0;
  for (int y = 1; y + 1 < height; ++y) {
    for (int x = 1; x + 1 < width; ++x) {
      float sum = 0;
      for (int row = y - 1; row <= y + 1; ++row) {
        for (int column = x - 1; column <= x + 1; ++column) {
          sum += at_index(excess, width, column, row);
        }
      }
      strongest = std::max(strongest, sum);
    }
  }
  return double{strongest};
}

void ChangeDetector::learn(const std::vector<float>& rest) {
  ++learned_count_;
  const float share = 1.0f / static_cast<float>(std::min(learned_count_ + 3, memory_pictures));
  for (size_t i = 0; i < rest.size(); ++i) {
    const float distance = std::abs(rest[i]);
    const bool moved = learned() && distance > tolerance(i);
    const float learned = std::min(distance, 2 * noise_[i] + 1);
    noise_[i] += (learned - noise_[i]) * share * (moved ? changed_learns : 1.0f);
    noise_[i] = std::clamp(noise_[i], noise_min, noise_max);
  }
}

}  // namespace fovea::codec
