#pragma once

#include <string_view>

#include "core/result.h"

namespace fovea::train {

// How long a training step takes, for `fovea bench learn`: forward, loss, backward, optimizer and
// average, on pictures of noise that are there already. `json`:
//   {"network": learn::to_json(NetworkConfig), "crop": [w, h], "batch": N, "threads": N, "steps":
//   N}
// Returns the mean in milliseconds, after some steps to warm up. Errors: bad_input. Threads: one at
// a time.
core::Result<double> time_steps(std::string_view json);

}  // namespace fovea::train
