#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "core/buffer.h"
#include "core/log.h"
#include "core/result.h"

namespace fovea::video {

// A command of the user, run by `/bin/sh -c` in a process group of its own, with its output coming
// to us. The destructor ends the whole group: SIGTERM, and SIGKILL after `grace`.
// The command has an empty input, default signals and none of our file descriptors; its last lines
// on stderr are kept for the message when it fails, and all of them go to the log (debug).
// Threads: one at a time.
class ChildProcess {
 public:
  static constexpr auto grace = std::chrono::milliseconds(500);

  // Errors: io (the system refuses another process).
  static core::Result<ChildProcess> start(const std::string& command, core::Log log);

  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  // Waits for output and reads what is there into `buffer`. Returns the count of bytes; 0 when the
  // command has closed its output. Errors: timeout (nothing within `limit`), closed (`stop`), io.
  core::Result<size_t> read(std::span<uint8_t> buffer, std::chrono::milliseconds limit,
                            const std::stop_token& stop);

  // After read() gave 0: waits for the end, kills what does not end within `grace`, and says in
  // words how it ended: "exited with status 1: cannot open camera". `succeeded` is status 0.
  struct End {
    bool succeeded = false;
    std::string words;
  };
  End finish();

  // The last lines on stderr so far as one line; empty if there were none.
  std::string last_words() const;

  int process_id() const { return process_id_; }

 private:
  ChildProcess(int process_id, int output, int errors, core::Log log);
  void drain_errors();
  void end_group();

  core::Log log_;
  int process_id_ = -1;  // also the group's id; -1 when moved from or reaped
  int output_ = -1;
  int errors_ = -1;
  std::string error_tail_;
};

}  // namespace fovea::video
