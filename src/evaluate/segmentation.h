#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "evaluate/class_match.h"
#include "evaluate/confusion.h"
#include "evaluate/data_set.h"
#include "infer/predictor.h"

namespace fovea::evaluate {

// How one picture of a data set came out.
struct PictureScore {
  size_t index = 0;            // in the data set
  std::optional<double> miou;  // over the classes of this picture alone; none: it shows no class
};

struct Evaluation {
  core::ClassList classes;           // the data set's
  std::vector<std::string> unknown;  // those of them that the model does not have
  Confusion confusion{0};
  std::vector<PictureScore> pictures;
  double infer_ms = 0;             // median of the engine's run
  std::vector<std::string> notes;  // what is doubtful about the data, in sentences
};

// The class map of a prediction at the frame's size, in the data set's classes.
core::Image map_of(const infer::Segmentation& prediction, core::Size frame,
                   const ClassMatch& matched);

// Runs a segmentation model over a data set; the class maps are compared at the pictures' size, as
// `fovea infer` writes them. `progress` is told before each picture.
// Errors: those of match_classes(), DataSet::read() and the predictor; unsupported (a model that
// makes no class maps).
core::Result<Evaluation> evaluate_segmentation(
    const infer::LoadedModel& model, DataSet& data,
    const std::function<void(size_t done, size_t total)>& progress);

}  // namespace fovea::evaluate
