#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include "cli/command.h"
#include "core/thread.h"

namespace fovea::cli {

// From its making on the program has `limit` to end: what then still runs (a driver that hangs in
// the kernel) is left behind, and the program has failed (exit_failed). Only where `excuse` names
// something that cannot be interrupted and loses nothing by it, all is well (exit_done). A command
// makes it when it was told to stop, before it waits for its parts.
// Threads: calls `excuse` on its own; nothing is destroyed after a call.
class EndGuard {
 public:
  using Excuse = std::function<std::string()>;  // a sentence's subject and verb; empty: none

  explicit EndGuard(std::chrono::milliseconds limit, Excuse excuse = {})
      : thread_(core::start_thread(
            "end guard", [limit, excuse = std::move(excuse)](const std::stop_token& stop) {
              if (!core::sleep_for(limit, stop)) return;
              const std::string excused = excuse ? excuse() : "";
              const char* why = excused.empty() ? "a part does not end in time" : excused.c_str();
              std::fprintf(stderr, "fovea: %s; leaving without it\n", why);
              ::_exit(excused.empty() ? exit_failed : exit_done);
            })) {}

 private:
  std::jthread thread_;
};

}  // namespace fovea::cli
