#pragma once

#include <string_view>

#include "core/result.h"

namespace fovea::site {

inline constexpr size_t display_name_length_max = 80;  // characters

// What people call a device, beside its name on the bus: one line of UTF-8, 1 to 80 characters, not
// blank. Refused are control characters and those that turn the direction of writing or break the
// line (they would change how the text around a name reads). Escaping is left to who shows it.
// Errors: bad_input.
core::Status check_display_name(std::string_view text);

}  // namespace fovea::site
