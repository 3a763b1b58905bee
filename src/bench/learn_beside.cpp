#include <fmt/format.h>

#include <csignal>
#include <thread>

#include "bench/learn_rows.h"
#include "bench/measured_process.h"
#include "bench/pipeline_round.h"
#include "bench/statistics.h"
#include "core/temporary_directory.h"
#include "learn/training_report.h"

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;
using Want = Metric::Want;

constexpr int cameras = 2;
constexpr double offered_fps = 120;  // of each: more than the site can take
constexpr size_t pictures = 16;
constexpr auto patience = 120s;

struct Plan {
  int rounds;
  Seconds part;
};
constexpr Plan full_plan{7, Seconds(10)};
constexpr Plan quick_plan{2, Seconds(4)};

// A training that takes all that it is given, held and let go.
class Companion {
 public:
  // Returns when it learns. Errors: those of the program; timeout.
  static core::Result<Companion> start(const std::string& folder, const core::Context& context) {
    auto process =
        MeasuredProcess::start({"/proc/self/exe", "train", "--data", "synthetic:1-16", "--steps",
                                "1000000", "--checks", "1", "--output", folder, "--json"},
                               context.log);
    if (!process) return process.error();
    for (const auto end = context.clock.steady() + patience; context.clock.steady() < end;) {
      const pid_t trainer = learning(folder);
      if (trainer > 0) return Companion(*std::move(process), trainer);
      if (const auto line = process->read_line(200ms);
          !line && line.error().code != core::Code::timeout) {
        return line.error();
      }
    }
    return core::Error{core::Code::timeout, "the training does not begin"};
  }

  void hold() const { ::kill(trainer_, SIGSTOP); }
  void go() const { ::kill(trainer_, SIGCONT); }

 private:
  Companion(MeasuredProcess process, pid_t trainer)
      : process_(std::move(process)), trainer_(trainer) {}

  // The trainer's id when it has learned something.
  static pid_t learning(const std::string& folder) {
    const auto events = learn::read_events(folder);
    if (!events) return 0;
    pid_t trainer = 0;
    for (const auto& event : *events) {
      if (event.kind == learn::TrainerEvent::Kind::started) trainer = pid_t(event.process);
      if (event.kind == learn::TrainerEvent::Kind::progress && event.step > 0) return trainer;
    }
    return 0;
  }

  MeasuredProcess process_;
  pid_t trainer_;
};

}  // namespace

core::Result<Report> measure_beside(const LearnPlan& plan) {
  const Plan& rounds = plan.quick ? quick_plan : full_plan;
  const auto source = data_of("camvid/val", plan);
  if (!source) return source.error();
  const auto folder = PictureFolder::make(*source, pictures);
  if (!folder) return folder.error();
  const auto model = load(shipped_model, plan);
  if (!model) return model.error();
  const auto place = core::TemporaryDirectory::make("fovea-bench-learn");
  if (!place) return place.error();
  const auto training = Companion::start((place->path() / "beside").string(), plan.context);
  if (!training) return training.error();
  training->hold();
  ModelMeter meter;
  auto rig = Rig::open({"memory://bench", make_metered(*model, meter)}, plan.context);
  if (!rig) return rig.error();
  OutsideMeter outside(meter, {});
  std::vector<double> alone, beside, ratios;
  const auto measure = [&](std::vector<double>& fps) -> core::Status {
    const auto round =
        run_pipeline_round(**rig, **folder, cameras, offered_fps, rounds.part, outside);
    if (!round) return round.error();
    fps.push_back(round->fps);
    return {};
  };
  for (int i = 0; i < rounds.rounds; ++i) {
    plan.progress(fmt::format("beside: round {} of {}", i + 1, rounds.rounds));
    if (auto done = measure(alone); !done) return done.error();
    training->go();
    auto done = measure(beside);
    training->hold();
    if (!done) return done.error();
    ratios.push_back(beside.back() / alone.back());
  }
  Report report;
  report.metrics = {
      {"beside_ratio", median(ratios), "", 0.9, Want::at_least, spread(ratios),
       "frames per second of a saturated site beside a training, over alone, in turns"},
      {"beside_alone", median(alone), "frames/s", {}, Want::at_least, spread(alone), "alone"},
      {"beside_training",
       median(beside),
       "frames/s",
       {},
       Want::at_least,
       spread(beside),
       "beside the training"}};
  return report;
}

}  // namespace fovea::bench
