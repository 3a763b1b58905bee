#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "site/cameras.h"

namespace fovea::site {

// The bodies of POST /api/v1/cameras/probe {"source"} and POST /api/v1/cameras {"name","source"}
// with an optional "codec". Errors: bad_input (no such object, other names, wrong types, too long).
core::Result<std::string> parse_probe_body(std::string_view body);
core::Result<NewCamera> parse_camera_body(std::string_view body);

}  // namespace fovea::site
