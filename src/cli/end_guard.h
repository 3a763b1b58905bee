#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "core/thread.h"

namespace fovea::cli {

// From its making on the program has `limit` to end: what then still runs (a driver that hangs in
// the kernel) is left behind. A command makes it when it was told to stop, before it waits for its
// parts.
class EndGuard {
 public:
  explicit EndGuard(std::chrono::milliseconds limit, int exit_status)
      : thread_(core::start_thread("end guard", [limit, exit_status](std::stop_token stop) {
          if (!core::sleep_for(limit, stop)) return;
          std::fputs("fovea: a part does not end in time; leaving without it\n", stderr);
          ::_exit(exit_status);
        })) {}

 private:
  std::jthread thread_;
};

}  // namespace fovea::cli
