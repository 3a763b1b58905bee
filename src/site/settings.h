#pragma once

#include <string>

#include "core/result.h"
#include "site/site.h"
#include "site/state_store.h"

namespace fovea::site {

inline constexpr double fps_max_limit = 1000;
inline constexpr double weight_min = 0.01;
inline constexpr double weight_max = 100;
inline constexpr size_t reference_length_max = 4096;

// How a device is served: the state's override, else the device's own lines in the config, else
// the defaults of flag or config. Pure.
DeviceSettings settings_of(const ServicePlan& plan, const Overrides& overrides,
                           const std::string& device);

// `current` with `change` on top. Errors: bad_input, with the member and its range.
core::Result<Override> changed(const Override& current, const DeviceChange& change);

}  // namespace fovea::site
