#pragma once

#include <string>
#include <vector>

#include "bench/pipeline.h"
#include "bench/report.h"
#include "core/context.h"
#include "core/result.h"

namespace fovea::bench {

struct LearnOptions {
  bool quick = false;             // ends within 45 s: without the rows that train for minutes
  bool again = false;             // what was kept is measured again
  int seeds = 1;                  // trainings of each kind
  std::vector<std::string> rows;  // of learn_rows(); empty: all
  std::string work = "fovea-bench-learn";  // folder where trainings and results are kept
};

// What can be measured, in this order:
//   shipped  the model that ships, on seeds and shifts that it never saw; its size and speed
//   step     a training step against Debian's python3-torch (bench/peers/train_step.py), in turns
//   beside   frames per second of a site at saturation while a training runs beside it
//   tuning   the shipped model trained on for ten minutes with 20 pictures of a shifted scene
//   network  mIoU and time of a frame by the width of the network, 12 minutes of CamVid each
//   street   CamVid in 60 minutes
std::vector<std::string> learn_rows();

// Each row is kept as ROW.json in the work folder and taken from there the next time; trainings
// that were broken off go on. Errors: bad_input (no such row, kept results that are none),
// not_found (data, Python's Torch), those of the trainer and the product.
core::Result<Report> run_learn(const LearnOptions& options, const Progress& progress,
                               const core::Context& context);

}  // namespace fovea::bench
