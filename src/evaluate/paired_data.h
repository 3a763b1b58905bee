#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "evaluate/data_set.h"

// Pictures in files, each with a class map in another file; private to this module.
namespace fovea::evaluate {

// What open_data_set() says of `camvid:`; `pictures` is DIR/SPLIT.
core::Result<std::unique_ptr<DataSet>> open_camvid(const std::string& pictures);

// What open_data_set() says of `folder:`.
core::Result<std::unique_ptr<DataSet>> open_folder(const std::string& folder);

}  // namespace fovea::evaluate
