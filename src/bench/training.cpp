#include "bench/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "core/child_process.h"
#include "evaluate/segmentation.h"
#include "learn/training_report.h"

namespace fovea::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Kind = learn::TrainerEvent::Kind;

namespace {

constexpr auto told_every = 30s;

std::string package_of(const std::string& folder) { return (fs::path(folder) / "model").string(); }

std::optional<learn::TrainerEvent> last_event(const std::string& folder) {
  const auto events = learn::read_events(folder);
  if (!events || events->empty()) return {};
  return events->back();
}

bool is_whole(const std::string& folder) {
  const auto last = last_event(folder);
  return last && last->kind == Kind::done && last->share >= 1 && fs::exists(package_of(folder));
}

void tell(const Training& training, const LearnPlan& plan) {
  const auto last = last_event(training.folder);
  if (!last) return;
  plan.progress(fmt::format("{}: {:.0f} %, step {}", fs::path(training.folder).filename().string(),
                            100 * last->share, last->step));
}

std::vector<std::string> command_of(const Training& training) {
  std::vector<std::string> command{"/proc/self/exe", "train"};
  if (fs::exists(fs::path(training.folder) / learn::last_file)) {
    command.insert(command.end(), {"--resume", training.folder});
    return command;
  }
  command.insert(command.end(), {"--output", training.folder});
  command.insert(command.end(), training.arguments.begin(), training.arguments.end());
  return command;
}

}  // namespace

core::Result<std::string> run_training(const Training& training, const LearnPlan& plan) {
  if (is_whole(training.folder)) return package_of(training.folder);
  core::ChildProcess::Options options;
  options.command = command_of(training);
  options.whole_environment = true;
  auto child = core::ChildProcess::start(options, plan.context.log);
  if (!child) return child.error();
  std::array<uint8_t, 4096> unread{};
  for (auto told = plan.context.clock.steady();;) {
    const auto got = child->read(unread, 1s, {});
    if (got && *got == 0) break;
    if (!got && got.error().code != core::Code::timeout) return got.error();
    if (plan.context.clock.steady() - told < told_every) continue;
    told = plan.context.clock.steady();
    tell(training, plan);
  }
  const auto end = child->wait(10s);
  if (!end.succeeded()) {
    return core::Error{core::Code::closed, fmt::format("'fovea train' has {}", end.words)};
  }
  if (is_whole(training.folder)) return package_of(training.folder);
  return core::Error{core::Code::closed,
                     training.folder + " was ended early; the same command goes on with it"};
}

core::Result<Series> curve_of(const std::string& folder, const std::string& name) {
  const auto events = learn::read_events(folder);
  if (!events) return events.error();
  Series curve{name, {}};
  for (const auto& event : *events) {
    if (event.kind != Kind::validated) continue;
    curve.points.emplace_back(event.seconds / 60, 100 * event.miou);
  }
  return curve;
}

core::Result<double> parameters_of(const std::string& folder) {
  const auto events = learn::read_events(folder);
  if (!events) return events.error();
  for (const auto& event : *events) {
    if (event.kind == Kind::started) return double(event.parameters);
  }
  return core::Error{core::Code::not_found, folder + " does not tell how large the network is"};
}

std::pair<std::string, double> Score::worst() const {
  const auto least = std::min_element(
      iou.begin(), iou.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return least == iou.end() ? std::pair<std::string, double>{} : *least;
}

core::Result<Score> score_of(const infer::LoadedModel& model, const std::string& data,
                             const LearnPlan& plan) {
  auto set = evaluate::open_data_set(data);
  if (!set) return set.error();
  auto told = plan.context.clock.steady();
  const auto result = evaluate::evaluate_segmentation(model, **set, [&](size_t done, size_t all) {
    if (plan.context.clock.steady() - told < told_every) return;
    told = plan.context.clock.steady();
    plan.progress(fmt::format("{}: {} of {} pictures", data, done, all));
  });
  if (!result) return result.error().context(data);
  Score score{result->confusion.miou().value_or(0), {}};
  const auto iou = result->confusion.iou();
  for (size_t i = 0; i < iou.size(); ++i) {
    if (iou[i]) score.iou.emplace_back(result->classes[i].name, *iou[i]);
  }
  return score;
}

core::Result<Score> score_of(const std::string& model, const std::string& data,
                             const LearnPlan& plan) {
  const auto loaded = load(model, plan);
  if (!loaded) return loaded.error();
  return score_of(**loaded, data, plan);
}

}  // namespace fovea::bench
