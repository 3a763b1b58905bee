#include "train/schedule.h"

#include <algorithm>
#include <cmath>

namespace fovea::train {

namespace {

constexpr double warm_up = 0.03;    // share of the training in which the learning rate rises
constexpr double last_rate = 0.01;  // of the learning rate, at the end
constexpr int raster = 16;          // pixels of the picture to one of the coarsest

int rounded(double side) { return std::max(32, int(std::lround(side / raster)) * raster); }

}  // namespace

double learning_rate(const learn::TrainJob& job, double share) {
  if (share < warm_up) return job.learning_rate * (0.05 + 0.95 * share / warm_up);
  const double rest = (share - warm_up) / (1 - warm_up);
  return job.learning_rate * (last_rate + (1 - last_rate) * 0.5 * (1 + std::cos(M_PI * rest)));
}

BatchOptions pieces(const learn::TrainJob& job, core::Size input) {
  BatchOptions options;
  options.size = job.batch;
  options.crop = job.crop;
  if (job.crop == core::Size{}) {
    options.crop = {rounded(input.width * 0.75), rounded(input.height * 0.75)};
  }
  options.seed = job.seed;
  options.augmentation.scale_least = job.scale_least;
  options.augmentation.scale_most = job.scale_most;
  options.augmentation.colour = job.colour_change;
  return options;
}

}  // namespace fovea::train
