#pragma once

#include "cli/command.h"

namespace fovea::cli {

// Each is in the file of its name; add the line here and in main.cpp's table.

}  // namespace fovea::cli
