#pragma once

#include "learn/train_job.h"
#include "train/batches.h"

namespace fovea::train {

// What a training does when. Pure; threads: any.

// By the share of it that is done (0 to 1): rises at first, then falls as a cosine
// (arXiv:1608.03983).
double learning_rate(const learn::TrainJob& job, double share);

// The pieces of pictures of each step, for a network that sees pictures of `input`.
BatchOptions pieces(const learn::TrainJob& job, core::Size input);

}  // namespace fovea::train
