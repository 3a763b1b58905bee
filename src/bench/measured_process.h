#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/child_process.h"

namespace fovea::bench {

// A process of its own beside the measurement, watched from outside: what it costs is its own, and
// what we cost is not its. Killed at the end: what it would do then is not measured.
// Threads: one at a time, the one that started it.
class MeasuredProcess {
 public:
  // Errors: unsupported (there is no such program), io.
  static core::Result<MeasuredProcess> start(const std::vector<std::string>& command,
                                             const core::Log& log);
  // This program again, as `fovea bench ARGUMENTS`.
  static core::Result<MeasuredProcess> start_bench(const std::vector<std::string>& arguments,
                                                   const core::Log& log);

  double cpu_s() const;  // of all its threads so far
  double peak_mib() const;

  // The next line of its standard output, without the line's end. Errors: timeout; closed (it has
  // ended; the message tells how, with its last words).
  core::Result<std::string> read_line(std::chrono::milliseconds limit);

 private:
  explicit MeasuredProcess(core::ChildProcess process) : process_(std::move(process)) {}
  core::ChildProcess process_;
  std::string unread_;
};

}  // namespace fovea::bench
