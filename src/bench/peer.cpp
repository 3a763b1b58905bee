#include "bench/peer.h"

#include <fmt/format.h>

#include <thread>

#include "core/json.h"

namespace fovea::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;
constexpr size_t first_results = 10;

// What one of the peer's programs says about itself, since its start.
struct Numbers {
  double frames = 0;
  double cpu_s = 0;
  double engine_s = 0;
  double codec_s = 0;
};

// The newest line; waits only where none has come.
core::Result<Numbers> read_numbers(MeasuredProcess& process) {
  auto line = process.read_line(patience);
  if (!line) return line.error();
  for (auto next = process.read_line(0ms);; next = process.read_line(0ms)) {
    if (!next && next.error().code == core::Code::timeout) break;
    if (!next) return next.error();
    line = std::move(next);
  }
  const auto json = core::parse_json_object(*line);
  Numbers numbers;
  for (const auto& [name, value] : {std::pair{"frames", &numbers.frames},
                                    {"cpu_s", &numbers.cpu_s},
                                    {"engine_s", &numbers.engine_s},
                                    {"codec_s", &numbers.codec_s}}) {
    if (!json || !(*json)[name].is_number()) {
      return core::Error{core::Code::bad_input, "the Python peer says '" + *line + "'"};
    }
    *value = (*json)[name].get<double>();
  }
  return numbers;
}

struct Peer {
  MeasuredProcess site;
  MeasuredProcess cameras;
};

core::Result<Peer> start_peer(const PeerOptions& options, const PeerPlan& plan,
                              const PictureFolder& folder, const core::Log& log) {
  std::vector<std::string> command{options.python.string(), options.script.string(), "site",
                                   "--bus=" + plan.bus_url};
  command.push_back("--model=" + options.model_file);
  command.push_back(fmt::format("--size={}x{}", plan.picture.width, plan.picture.height));
  command.push_back(fmt::format("--threads={}", options.threads));
  command.push_back("--cache=" + plan.cache);
  if (!options.precision.empty()) command.push_back("--precision=" + options.precision);
  auto site = MeasuredProcess::start(command, log);
  if (!site) return site.error();
  if (const auto ready = read_numbers(*site); !ready) return ready.error();
  auto cameras = MeasuredProcess::start(
      {options.python.string(), options.script.string(), "cameras", "--bus=" + plan.bus_url,
       "--pictures=" + folder.path(), fmt::format("--count={}", plan.cameras),
       fmt::format("--fps={}", plan.fps)},
      log);
  if (!cameras) return cameras.error();
  return Peer{*std::move(site), *std::move(cameras)};
}

core::Status wait_for_results(const ResultListener& listener, const core::Clock& clock) {
  const auto end = clock.steady() + patience;
  while (listener.waiting() < first_results) {
    if (clock.steady() >= end) {
      return core::Error{core::Code::timeout, "no results of the Python peer arrive"};
    }
    std::this_thread::sleep_for(20ms);  // polls
  }
  return {};
}

}  // namespace

core::Result<fs::path> find_peer_script(const std::string& name) {
  std::error_code failed;
  for (fs::path folder = fs::read_symlink("/proc/self/exe", failed); folder != folder.root_path();
       folder = folder.parent_path()) {
    if (fs::exists(folder / "bench/peers" / name, failed)) return folder / "bench/peers" / name;
  }
  return core::Error{core::Code::not_found,
                     "the Python peers are part of the sources: run './dev bench' there"};
}

core::Result<PeerOptions> find_peer() {
  const auto script = find_peer_script("pipeline.py");
  if (!script) return script.error();
  PeerOptions options;
  options.script = *script;
  options.python = script->parent_path().parent_path().parent_path() / ".venv/bin/python";
  if (fs::exists(options.python)) return options;
  return core::Error{core::Code::not_found,
                     "the Python peer finds its packages in .venv: run './dev setup'"};
}

core::Result<PeerRound> run_peer_round(const PeerOptions& options, const PeerPlan& plan,
                                       const PictureFolder& folder, ResultListener& listener,
                                       const core::Context& context) {
  listener.take();
  auto peer = start_peer(options, plan, folder, context.log);
  if (!peer) return peer.error();
  if (auto warm = wait_for_results(listener, context.clock); !warm) return warm.error();
  const auto site_before = read_numbers(peer->site);
  const auto cameras_before = read_numbers(peer->cameras);
  listener.take();
  const auto begin = context.clock.steady();
  std::this_thread::sleep_for(plan.duration);
  PeerRound round;
  round.arrivals = listener.take();
  const std::chrono::duration<double> passed = context.clock.steady() - begin;
  const auto site = read_numbers(peer->site);
  const auto cameras = read_numbers(peer->cameras);
  for (const auto* numbers : {&site_before, &cameras_before, &site, &cameras}) {
    if (!*numbers) return numbers->error();
  }
  const double frames = site->frames - site_before->frames;
  const double shown = cameras->frames - cameras_before->frames;
  if (frames <= 0 || shown <= 0 || round.arrivals.empty()) {
    return core::Error{core::Code::timeout, "the results of the Python peer have stopped"};
  }
  const double used = site->cpu_s - site_before->cpu_s - (site->engine_s - site_before->engine_s);
  round.fps = double(round.arrivals.size()) / passed.count();
  round.outside_ms = 1000 * (used / frames + (cameras->cpu_s - cameras_before->cpu_s) / shown);
  round.codec_ms = 1000 * (site->codec_s - site_before->codec_s) / frames;
  return round;
}

}  // namespace fovea::bench
