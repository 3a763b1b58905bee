#pragma once

#include <functional>

#include "cli/app.h"

namespace fovea::cli {

// `fovea model package|key|sign`: a model as it travels. Adds the subcommands; what is
// returned runs the one that was given, or says that none of them was (-1).
std::function<int()> declare_model_packages(App model);

}  // namespace fovea::cli
