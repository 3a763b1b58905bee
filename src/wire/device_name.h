#pragma once

#include <string_view>

#include "core/result.h"

namespace fovea::wire {

// A camera's large stream is published under the device's name with this behind it.
inline constexpr std::string_view main_suffix = "-main";

// What a device may be named: core::check_name(), and nothing that looks like a large stream.
// `what` is "device" or "camera". Errors: bad_input.
core::Status check_device_name(std::string_view what, std::string_view name);

}  // namespace fovea::wire
