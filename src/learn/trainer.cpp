#include "learn/trainer.h"

#include <fmt/format.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>

#include "core/child_process.h"
#include "core/file.h"
#include "core/plugin.h"

namespace fovea::learn {

namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Error;
using Kind = TrainerEvent::Kind;

constexpr auto poll = std::chrono::milliseconds(200);
constexpr auto saving_max = std::chrono::minutes(2);

// Of a child that said nothing more before it ended.
Error death(const core::ChildProcess::End& end, const TrainJob& job, bool by_us) {
  std::string words = "the trainer " + end.words;
  if (by_us) {
    words +=
        fmt::format("; it had not saved {} minutes after it was asked to end", saving_max.count());
  } else if (end.status == 128 + SIGKILL) {
    words +=
        "; the system kills what takes too much memory: --memory-limit or a smaller --batch help";
  }
  if (fs::exists(fs::path(job.output) / last_file)) {
    words += fmt::format("; 'fovea train --resume {}' goes on where it last saved", job.output);
  }
  return {Code::internal, words};
}

}  // namespace

core::Result<std::string> find_trainer() {
  const fs::path path = fs::path(core::plugin_folder()) / "fovea-train";
  if (fs::exists(path)) return path.string();
  return Error{Code::unsupported, "this build cannot train: " + path.string() +
                                      " is not there (built with -DFOVEA_TRAIN=ON)"};
}

std::vector<std::string> trainer_environment() {
  // Threads that wait in vain take the time of those that infer. But a step has some thousand
  // waits of a few microseconds, and sleeping through each costs a quarter of the step: some 10 us
  // are waited awake.
  return {"OMP_WAIT_POLICY=passive", "GOMP_SPINCOUNT=10000"};
}

core::Result<TrainerEvent> run_trainer(const TrainJob& job,
                                       const std::function<void(const TrainerEvent&)>& told,
                                       const std::stop_token& stop, const core::Context& context) {
  const auto program = find_trainer();
  if (!program) return program.error();
  const std::string file = (fs::path(job.output) / job_file).string();
  if (auto written = core::replace_file(file, to_json(job)); !written) return written.error();
  core::ChildProcess::Options options;
  options.command = {*program, file};
  options.environment = trainer_environment();
  options.grace = saving_max;
  auto child = core::ChildProcess::start(options, context.log);
  if (!child) return child.error();

  std::optional<TrainerEvent> last;
  TrainerEventReader reader(
      [&](const TrainerEvent& event) {
        if (event.kind == Kind::done || event.kind == Kind::failed) last = event;
        told(event);
      },
      [&](std::string_view line) { context.log.debug("fovea-train: {}", line); });
  std::array<uint8_t, 16384> buffer{};
  std::optional<core::SteadyTime> asked;
  bool killed = false;
  while (true) {
    if (stop.stop_requested() && !asked) {
      asked = context.clock.steady();
      child->send_signal(SIGTERM);
    }
    if (!killed && asked && context.clock.steady() - *asked > saving_max) {
      killed = true;
      child->kill();
    }
    const auto got = child->read(buffer, poll, {});
    if (!got && got.error().code == Code::timeout) continue;
    if (!got) return got.error();
    if (*got == 0) break;
    reader.read({reinterpret_cast<const char*>(buffer.data()), *got});
  }
  const auto end = child->wait(saving_max);
  if (last && last->kind == Kind::failed) return Error{last->code, last->words};
  if (!last || !end.succeeded()) return death(end, job, killed);
  return *last;
}

}  // namespace fovea::learn
