#include "bench/measured_process.h"

#include <time.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace fovea::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

fs::path proc_of(pid_t id) { return fs::path("/proc") / std::to_string(id); }

}  // namespace

core::Result<MeasuredProcess> MeasuredProcess::start(const std::vector<std::string>& command,
                                                     const core::Log& log) {
  core::ChildProcess::Options options;
  options.command = command;
  options.whole_environment = true;
  options.grace = 0ms;
  auto process = core::ChildProcess::start(options, log);
  if (!process) return process.error();
  return MeasuredProcess(*std::move(process));
}

core::Result<MeasuredProcess> MeasuredProcess::start_bench(
    const std::vector<std::string>& arguments, const core::Log& log) {
  std::vector<std::string> command{"/proc/self/exe", "bench"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return start(command, log);
}

double MeasuredProcess::cpu_s() const {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process_.id(), &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

double MeasuredProcess::peak_mib() const {
  std::ifstream status(proc_of(process_.id()) / "status");
  double kib = 0;
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") status >> kib;
  }
  return kib / 1024;
}

core::Result<std::string> MeasuredProcess::read_line(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::array<uint8_t, 4096> piece{};
  for (;;) {
    if (const size_t at = unread_.find('\n'); at != std::string::npos) {
      std::string line = unread_.substr(0, at);
      unread_.erase(0, at + 1);
      return line;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    const auto got = process_.read(piece, std::max(left, 0ms), {});
    if (!got) return got.error();
    if (*got == 0) {
      const auto& ended = process_.wait(1s);
      return core::Error{core::Code::closed, "a process of the measurement has " + ended.words +
                                                 ": " + process_.last_words()};
    }
    unread_.append(piece.begin(), piece.begin() + std::ptrdiff_t(*got));
  }
}

}  // namespace fovea::bench
