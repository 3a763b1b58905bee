#pragma once

#include <string>
#include <vector>

#include "core/buffer.h"
#include "evaluate/segmentation.h"

namespace fovea::evaluate {

// One picture for people to look at, as JPEG: as it is, as it should be seen, and as it is seen.
struct Case {
  std::string name;
  double miou = 0;
  core::Buffer picture;
  core::Buffer truth;
  core::Buffer shown;
};

struct ModelReport {
  std::string name;
  Evaluation evaluation;
  std::vector<Case> worst;  // the worst first
  std::vector<Case> best;   // the best first
};

// The pictures that came out best and worst, at most `count` of each; runs the model over them
// again. Errors: those of evaluate_segmentation().
core::Result<ModelReport> make_report(const std::string& name, const infer::LoadedModel& model,
                                      Evaluation evaluation, DataSet& data, size_t count);

// One HTML page without any other file: the models side by side, IoU of each class, the confusion
// matrix of each, and its cases.
std::string to_html(const std::string& data, const std::vector<ModelReport>& reports);

}  // namespace fovea::evaluate
