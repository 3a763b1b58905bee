#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "infer/predictor.h"

namespace fovea::bench {

// Median of the whole of predict(), from picture to map, in milliseconds: one for each model. They
// take turns, `runs` each, on pictures of a data set of evaluate::open_data_set(), so that what
// else the machine does is every model's. Errors: those of the data set and the predictors.
core::Result<std::vector<double>> frame_times(
    const std::vector<std::shared_ptr<const infer::LoadedModel>>& models, const std::string& data,
    int runs);

}  // namespace fovea::bench
