#pragma once

#include <string>

#include "core/result.h"

namespace fovea::cli {

// A new password: from the first line of stdin when `from_stdin`, else asked twice at the terminal
// without showing it. Errors: bad_input (no terminal to ask at; the two differ; nothing came).
core::Result<std::string> read_new_password(const std::string& user, bool from_stdin);

}  // namespace fovea::cli
