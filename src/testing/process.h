#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "testing/temporary_directory.h"

namespace fovea::testing {

// A TCP port on the loopback interface that was free a moment ago.
int find_free_port();

// True once something accepts connections on the port.
bool accepts_connections(int port);

// A real child process: started by the constructor, killed and reaped by the destructor, and
// killed by the kernel should the test die first. What it prints is kept. Errors: throws
// std::runtime_error (a test cannot go on without it). Threads: the owner's.
class Process {
 public:
  // `command[0]` is looked up in PATH. `environment` adds NAME=VALUE.
  explicit Process(std::vector<std::string> command, std::vector<std::string> environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool is_running();

  // Waits for a server's port; throws with the output if the process ends first or `limit` passes.
  void wait_for_port(int port, std::chrono::milliseconds limit = std::chrono::milliseconds(20'000));

  // Waits for the end; throws when `limit` passes. Exit status, or 128 + signal.
  int wait(std::chrono::milliseconds limit = std::chrono::milliseconds(60'000));

  void send_signal(int signal);
  void kill();    // SIGKILL, and reaped
  void pause();   // SIGSTOP: there, but answering nobody
  void resume();  // SIGCONT

  // What it printed so far, both streams together.
  std::string output() const;
  std::string standard_output() const;

 private:
  TemporaryDirectory directory_;
  const std::vector<std::string> command_;
  pid_t pid_ = -1;
  int status_ = -1;  // once reaped
};

// Runs a command to its end and returns its output; throws if it fails.
std::string run_command(std::vector<std::string> command);

}  // namespace fovea::testing
