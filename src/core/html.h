#pragma once

#include <string>
#include <string_view>

namespace fovea::core {

// Text for HTML and SVG, also inside an attribute in quotes of either kind. Pure; threads: any.
std::string html_escape(std::string_view text);

}  // namespace fovea::core
