#pragma once

#include <string>
#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::evaluate {

// Which classes of a model are which of a data set: by name, as numbers are everybody's own.
struct ClassMatch {
  static constexpr int none = -1;

  std::vector<int> data_class;       // the data set's index of each of the model's; none: not there
  std::vector<std::string> unknown;  // those of the data set that the model does not have
};

// Errors: bad_input (they have no name in common).
core::Result<ClassMatch> match_classes(const core::ClassList& model, const core::ClassList& data);

}  // namespace fovea::evaluate
