#pragma once

#include <functional>

#include "cli/app.h"

namespace fovea::cli {

// Exit statuses, a contract with scripts.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;  // it failed while running
inline constexpr int exit_usage = 2;   // wrong usage or bad input

// A command declares its options on `app` and returns what runs it after parsing. One file per
// command, `<name>_command.cpp`; main.cpp holds the table.
using Declare = std::function<int()> (*)(App app);

}  // namespace fovea::cli
