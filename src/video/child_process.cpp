#include "video/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <utility>

#include "core/ids.h"
#include "core/thread.h"

namespace fovea::video {

namespace {

using core::Code;
using core::Error;
using namespace std::chrono_literals;

constexpr size_t error_tail_bytes_max = 600;
constexpr auto poll_step = 100ms;  // how soon a stop request is seen

// Descriptors and attributes of one posix_spawn.
class SpawnSettings {
 public:
  SpawnSettings(int output, int errors) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, 1);
    posix_spawn_file_actions_adddup2(&actions_, errors, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);  // servers block SIGTERM in all threads
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  int spawn(const std::string& command, pid_t& process_id) {
    std::string shell = "/bin/sh";
    std::string option = "-c";
    std::string text = command;
    char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
    return posix_spawn(&process_id, shell.c_str(), &actions_, &attributes_, arguments, environ);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

void close_all(std::initializer_list<int> descriptors) {
  for (const int descriptor : descriptors) {
    if (descriptor >= 0) close(descriptor);
  }
}

std::string last_lines(std::string_view text) {
  std::string line;
  for (const char c : text) line += c == '\n' || c == '\r' ? ' ' : c;
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return core::printable(line, error_tail_bytes_max);
}

}  // namespace

core::Result<ChildProcess> ChildProcess::start(const std::string& command, core::Log log) {
  std::array<int, 2> output{-1, -1};
  std::array<int, 2> errors{-1, -1};
  if (pipe2(output.data(), O_CLOEXEC) != 0 || pipe2(errors.data(), O_CLOEXEC) != 0) {
    const int failed = errno;
    close_all({output[0], output[1], errors[0], errors[1]});
    return Error{Code::io, fmt::format("making a pipe: {}", std::strerror(failed))};
  }
  pid_t process_id = -1;
  const int failed = SpawnSettings(output[1], errors[1]).spawn(command, process_id);
  close_all({output[1], errors[1]});
  if (failed != 0) {
    close_all({output[0], errors[0]});
    return Error{Code::io, fmt::format("starting /bin/sh: {}", std::strerror(failed))};
  }
  fcntl(errors[0], F_SETFL, O_NONBLOCK);
  return ChildProcess(process_id, output[0], errors[0], std::move(log));
}

ChildProcess::ChildProcess(int process_id, int output, int errors, core::Log log)
    : log_(std::move(log)), process_id_(process_id), output_(output), errors_(errors) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : log_(other.log_),
      process_id_(std::exchange(other.process_id_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      error_tail_(std::move(other.error_tail_)) {}

ChildProcess::~ChildProcess() {
  end_group();
  close_all({output_, errors_});
}

core::Result<size_t> ChildProcess::read(std::span<uint8_t> buffer, std::chrono::milliseconds limit,
                                        const std::stop_token& stop) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> waiting{pollfd{output_, POLLIN, 0}, pollfd{errors_, POLLIN, 0}};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left <= 0ms) {
      return Error{Code::timeout,
                   fmt::format("no output for {} s", std::chrono::duration<double>(limit).count())};
    }
    const int ready =
        poll(waiting.data(), waiting.size(),
             static_cast<int>(std::min<std::chrono::milliseconds>(left, poll_step).count()));
    if (ready < 0 && errno != EINTR) {
      return Error{Code::io, fmt::format("waiting for output: {}", std::strerror(errno))};
    }
    if (ready <= 0) continue;
    if (waiting[1].revents) drain_errors();
    if (waiting[0].revents == 0) continue;
    const ssize_t got = ::read(output_, buffer.data(), buffer.size());
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR && errno != EAGAIN) {
      return Error{Code::io, fmt::format("reading output: {}", std::strerror(errno))};
    }
  }
  return Error{Code::closed, "stopped"};
}

void ChildProcess::drain_errors() {
  std::array<char, 4096> piece;
  ssize_t got = 0;
  while (errors_ >= 0 && (got = ::read(errors_, piece.data(), piece.size())) > 0) {
    const std::string_view text(piece.data(), static_cast<size_t>(got));
    log_.debug("{}", last_lines(text));
    error_tail_.append(text);
    if (error_tail_.size() > error_tail_bytes_max) {
      error_tail_.erase(0, error_tail_.size() - error_tail_bytes_max);
    }
  }
  const bool ended = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
  if (errors_ >= 0 && ended) close(std::exchange(errors_, -1));  // else poll() would spin
}

ChildProcess::End ChildProcess::finish() {
  int status = 0;
  pid_t ended = 0;
  for (auto waited = 0ms; ended == 0 && waited < grace; waited += 10ms) {
    ended = waitpid(process_id_, &status, WNOHANG);
    if (ended == 0) core::sleep_for(10ms, {});
  }
  drain_errors();
  const std::string said = last_words();
  const std::string because = said.empty() ? "" : ": " + said;
  if (ended != process_id_) return {false, "closed its output but did not end" + because};
  kill(-process_id_, SIGKILL);  // what it left behind in its group
  process_id_ = -1;
  if (WIFEXITED(status)) {
    const int code = WEXITSTATUS(status);
    return {code == 0, fmt::format("exited with status {}{}", code, because)};
  }
  return {false, fmt::format("was ended by signal {} ({}){}", WTERMSIG(status),
                             strsignal(WTERMSIG(status)), because)};
}

std::string ChildProcess::last_words() const { return last_lines(error_tail_); }

void ChildProcess::end_group() {
  if (process_id_ <= 0) return;
  kill(-process_id_, SIGTERM);
  int status = 0;
  pid_t ended = 0;
  for (auto waited = 0ms; ended == 0 && waited < grace; waited += 10ms) {
    ended = waitpid(process_id_, &status, WNOHANG);
    if (ended == 0) core::sleep_for(10ms, {});
  }
  kill(-process_id_, SIGKILL);
  if (ended == 0) waitpid(process_id_, &status, 0);
  process_id_ = -1;
}

}  // namespace fovea::video
