#include "testing/process.h"

#include <signal.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "core/loopback.h"
#include "testing/wait_until.h"

namespace fovea::testing {

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

core::ChildProcess start(std::vector<std::string> command, std::vector<std::string> environment,
                         const TemporaryDirectory& directory) {
  core::ChildProcess::Options options;
  options.command = std::move(command);
  options.environment = std::move(environment);
  options.whole_environment = true;
  options.output_file = directory / "out";
  options.error_file = directory / "error";
  options.grace = std::chrono::milliseconds(0);
  auto child = core::ChildProcess::start(options, core::Log(core::make_null_sink(), "test"));
  if (!child) throw std::runtime_error(child.error().message);
  return *std::move(child);
}

}  // namespace

int find_free_port() {
  const auto port = core::find_free_port();
  if (!port) throw std::runtime_error(port.error().message);
  return *port;
}

Process::Process(std::vector<std::string> command, std::vector<std::string> environment)
    : name_(command[0]), child_(start(std::move(command), std::move(environment), directory_)) {}

void Process::wait_for_port(int port, std::chrono::milliseconds limit) {
  bool died = false;
  const bool ready = wait_until(
      [&] {
        died = !is_running();
        return died || core::accepts_connections(port);
      },
      limit);
  if (!ready || died) {
    throw std::runtime_error(name_ + " did not open port " + std::to_string(port) + ": " +
                             output());
  }
}

int Process::wait(std::chrono::milliseconds limit) {
  const auto& end = child_.wait(limit);
  if (!end.status) throw std::runtime_error(name_ + " did not end in time: " + output());
  return *end.status;
}

void Process::pause() { send_signal(SIGSTOP); }

void Process::resume() { send_signal(SIGCONT); }

std::string Process::output() const { return standard_output() + read_file(directory_ / "error"); }

std::string Process::standard_output() const { return read_file(directory_ / "out"); }

std::string run_command(std::vector<std::string> command) {
  const std::string name = command[0];
  Process process(std::move(command));
  if (const int status = process.wait(); status != 0) {
    throw std::runtime_error(name + " ended with status " + std::to_string(status) + ": " +
                             process.output());
  }
  return process.standard_output();
}

}  // namespace fovea::testing
