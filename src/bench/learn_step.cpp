#include <fmt/format.h>

#include <charconv>
#include <thread>

#include "bench/learn_rows.h"
#include "bench/peer.h"
#include "bench/statistics.h"
#include "core/child_process.h"
#include "core/file.h"
#include "core/json.h"
#include "core/temporary_directory.h"
#include "learn/network.h"
#include "learn/trainer.h"

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;
using core::Json;
using Want = Metric::Want;

// What `fovea train` takes for CamVid.
constexpr core::Size input{480, 360}, crop{368, 272};
constexpr int classes = 11, batch = 8;
constexpr auto patience = 300s;

struct Plan {
  int rounds, steps;
};
constexpr Plan full_plan{5, 40};
constexpr Plan quick_plan{1, 6};

const char* name_of(learn::Node::Op op) {
  using Op = learn::Node::Op;
  switch (op) {
    case Op::convolution: return "convolution";
    case Op::add: return "add";
    case Op::concat: return "concat";
    case Op::average_pool: return "average_pool";
    case Op::resize: return "resize";
  }
  return "";
}

Json nodes_of(const learn::Network& network) {
  Json nodes = Json::array();
  for (const auto& node : network.nodes) {
    nodes.push_back({{"op", name_of(node.op)},
                     {"inputs", node.inputs},
                     {"channels", node.channels},
                     {"kernel", node.kernel},
                     {"stride", node.stride},
                     {"depthwise", node.depthwise},
                     {"norm", node.norm},
                     {"relu", node.relu},
                     {"like", node.like}});
  }
  return nodes;
}

// What both programs are given.
std::string describe_steps(int steps) {
  learn::NetworkConfig config;
  config.input = input;
  for (int i = 0; i < classes; ++i) config.classes.push_back({fmt::format("class {}", i), {}, -1});
  const auto network = learn::make_network(config);
  return Json{{"network", *core::parse_json(learn::to_json(config))},
              {"nodes", nodes_of(network)},
              {"scores", network.scores},
              {"auxiliary", network.auxiliary},
              {"crop", {crop.width, crop.height}},
              {"batch", batch},
              {"threads", int(std::thread::hardware_concurrency())},
              {"steps", steps}}
      .dump();
}

// All that it prints is a number.
core::Result<double> run_steps(const core::ChildProcess::Options& options,
                               const core::Context& context) {
  auto child = core::ChildProcess::start(options, context.log);
  if (!child) return child.error();
  std::string text;
  std::array<uint8_t, 256> piece{};
  for (;;) {
    const auto got = child->read(piece, patience, {});
    if (!got) return got.error();
    if (*got == 0) break;
    text.append(piece.begin(), piece.begin() + std::ptrdiff_t(*got));
  }
  const auto end = child->wait(10s);
  double value = 0;
  const bool number =
      std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
  if (end.succeeded() && number) return value;
  return core::Error{core::Code::closed, fmt::format("{} has {}: {}", options.command.front(),
                                                     end.words, child->last_words())};
}

}  // namespace

core::Result<Report> measure_step(const LearnPlan& plan) {
  const Plan& counts = plan.quick ? quick_plan : full_plan;
  const auto trainer = learn::find_trainer();
  if (!trainer) return trainer.error();
  const auto script = find_peer_script("train_step.py");
  if (!script) return script.error();
  const auto place = core::TemporaryDirectory::make("fovea-bench-learn");
  if (!place) return place.error();
  const auto file = (place->path() / "steps.json").string();
  if (auto written = core::replace_file(file, describe_steps(counts.steps)); !written) {
    return written.error();
  }
  core::ChildProcess::Options own, peer;
  own.command = {*trainer, "--time-steps", file};
  own.environment = learn::trainer_environment();
  // Debian's own Python, which alone finds Debian's Torch.
  peer.command = {"/usr/bin/python3", script->string(), file};
  peer.whole_environment = true;
  std::vector<double> own_ms, peer_ms, ratios;
  for (int i = 0; i < counts.rounds; ++i) {
    plan.progress(fmt::format("step: round {} of {}", i + 1, counts.rounds));
    const auto python = run_steps(peer, plan.context);
    if (!python) return python.error();
    const auto fovea = run_steps(own, plan.context);
    if (!fovea) return fovea.error();
    own_ms.push_back(*fovea);
    peer_ms.push_back(*python);
    ratios.push_back(*fovea / *python);
  }
  Report report;
  report.metrics = {
      {"step_over_python", median(ratios), "", 1.0, Want::at_most, spread(ratios),
       fmt::format("Debian's python3-torch; the same network, {} pieces of {}x{}, in turns", batch,
                   crop.width, crop.height)},
      {"step_ms", median(own_ms), "ms", {}, Want::at_most, spread(own_ms), "fovea-train"},
      {"step_ms_python", median(peer_ms), "ms", {}, Want::at_most, spread(peer_ms), "Python's"}};
  return report;
}

}  // namespace fovea::bench
