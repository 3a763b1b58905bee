#pragma once

#include "learn/train_job.h"
#include "train/batches.h"

namespace fovea::train {

// What a training does when, by the share of it that is done (0 to 1). Pure; threads: any.

// Rises at first, then falls as a cosine (arXiv:1608.03983).
double learning_rate(const learn::TrainJob& job, double share);

// Pieces of the pictures at first. The last `whole_share` learns from whole ones, as the network
// is used, on half as many scales: what looks at its surroundings has seen others until then
// (arXiv:1906.06423). As many of them as take the memory of a batch of pieces; if that is not two,
// or a piece is no smaller than a picture, it stays with pieces.
BatchOptions batch_options(const learn::TrainJob& job, core::Size input, double share);

}  // namespace fovea::train
