#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/log.h"
#include "core/result.h"

namespace fovea::core {

// A program that we start: in a process group of its own, with an empty input, default signals, a
// short environment (child_environment()) and none of our file descriptors. The destructor ends the
// whole group and reaps it, so nothing of it outlives the object. Should the thread that started it
// die first, the kernel kills the program (not its own children, but those lose the pipe that they
// write to): start it on the thread that also destroys it, or on one that lives longer. Threads:
// one at a time.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> command;      // command[0] is looked up in PATH
    std::vector<std::string> environment;  // NAME=VALUE, in place of ours of that name
    bool whole_environment = false;        // all of ours; for programs of tests and benchmarks
    // Files to which its output is appended; without, a pipe: read() gives standard output, and
    // what comes on stderr goes to the log (debug), its end is kept for last_words(): both without
    // the passwords of URLs, and without what `masked` takes out of a text.
    std::function<std::string(std::string)> masked;
    std::optional<std::string> output_file;
    std::optional<std::string> error_file;
    // How long after SIGTERM the destructor waits until SIGKILL; zero: SIGKILL at once.
    std::chrono::milliseconds grace = std::chrono::milliseconds(500);
  };

  // Errors: unsupported (there is no such program), io (the system refuses another process).
  static Result<ChildProcess> start(const Options& options, Log log);

  // What `/bin/sh -c TEXT` is started with.
  static std::vector<std::string> shell(const std::string& text) { return {"/bin/sh", "-c", text}; }

  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  // Waits for output and reads what is there into `buffer`. Returns the count of bytes; 0 when the
  // program has closed its output. Errors: timeout (nothing within `limit`), closed (`stop`), io.
  Result<size_t> read(std::span<uint8_t> buffer, std::chrono::milliseconds limit,
                      const std::stop_token& stop);

  // How it ended, in words: "exited with status 1: cannot open camera". `status` is the exit
  // status, or 128 + signal. Empty `status`: it runs.
  struct End {
    std::optional<int> status;
    std::string words;
    bool succeeded() const { return status == 0; }
  };

  // The state now; when the program has ended, what it left in its group is killed.
  const End& poll();

  // The same after waiting for the end, at most `limit`.
  const End& wait(std::chrono::milliseconds limit);

  // To the whole group; nothing after the end.
  void send_signal(int signal);

  // Ends the group as the destructor does, or at once.
  void end();
  void kill();

  // The last lines on stderr so far as one line; empty if there were none.
  std::string last_words() const;

  pid_t id() const { return id_; }

 private:
  ChildProcess(pid_t id, int output, int errors, const Options& options, Log log);
  void drain_errors();
  void take_errors(std::string_view text);
  std::string masked(std::string text) const;
  void reap();

  Log log_;
  const std::chrono::milliseconds grace_;
  const std::function<std::string(std::string)> masked_;
  pid_t id_ = -1;  // also the group's id; -1 when moved from
  int output_ = -1;
  int errors_ = -1;
  std::string error_tail_;
  std::string error_line_;  // the begin of one whose end has not come
  End end_;
};

}  // namespace fovea::core
