#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/child_process.h"
#include "testing/temporary_directory.h"

namespace fovea::testing {

// core::find_free_port(), throwing.
int find_free_port();

// A core::ChildProcess as tests want it: started by the constructor, killed by the destructor, what
// it prints is kept in files. Errors: throws std::runtime_error (a test cannot go on without it).
// Threads: the owner's.
class Process {
 public:
  // `command[0]` is looked up in PATH. `environment` adds NAME=VALUE.
  explicit Process(std::vector<std::string> command, std::vector<std::string> environment = {});

  pid_t pid() const { return child_.id(); }
  bool is_running() { return !child_.poll().status; }

  // Waits for a server's port; throws with the output if the process ends first or `limit` passes.
  void wait_for_port(int port, std::chrono::milliseconds limit = std::chrono::milliseconds(20'000));

  // Waits for the end; throws when `limit` passes. Exit status, or 128 + signal.
  int wait(std::chrono::milliseconds limit = std::chrono::milliseconds(60'000));

  void send_signal(int signal) { child_.send_signal(signal); }
  void kill() { child_.kill(); }
  void pause();   // SIGSTOP: there, but answering nobody
  void resume();  // SIGCONT

  // What it printed so far, both streams together.
  std::string output() const;
  std::string standard_output() const;

 private:
  TemporaryDirectory directory_;
  const std::string name_;
  core::ChildProcess child_;
};

// Runs a command to its end and returns its output; throws if it fails.
std::string run_command(std::vector<std::string> command);

}  // namespace fovea::testing
