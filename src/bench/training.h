#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/learn_rows.h"
#include "bench/report.h"

namespace fovea::bench {

struct Training {
  std::string folder;
  std::vector<std::string> arguments;  // of `fovea train`
};

// Runs `fovea train` as a process of its own; what was broken off goes on, and what is whole stays
// as it is. Returns its package. Errors: those of the trainer (closed, with its last words).
core::Result<std::string> run_training(const Training& training, const LearnPlan& plan);

// mIoU on the pictures to check with, in percent, over the minutes. Errors: not_found, io.
core::Result<Series> curve_of(const std::string& folder, const std::string& name);

// Learned numbers of the network. Errors: not_found, io.
core::Result<double> parameters_of(const std::string& folder);

struct Score {
  double miou = 0;
  std::vector<std::pair<std::string, double>> iou;  // of each class that is there

  std::pair<std::string, double> worst() const;
};

// Of a model on a data set of evaluate::open_data_set().
core::Result<Score> score_of(const infer::LoadedModel& model, const std::string& data,
                             const LearnPlan& plan);
core::Result<Score> score_of(const std::string& model, const std::string& data,
                             const LearnPlan& plan);

}  // namespace fovea::bench
