#include "bench/comparison.h"

#include <fmt/format.h>

#include <thread>

#include "bench/nats_server.h"
#include "bench/pipeline_round.h"
#include "bench/statistics.h"
#include "bench/threads.h"
#include "codec/jpeg.h"
#include "codec/png.h"
#include "core/temporary_directory.h"
#include "infer/geometry.h"

namespace fovea::bench {

namespace {

using Seconds = std::chrono::duration<double>;
using Want = Metric::Want;

constexpr int cameras = 2;
constexpr double fps = 15;

struct Plan {
  int rounds;
  Seconds each;
};
constexpr Plan full_plan{5, Seconds(10)};
constexpr Plan quick_plan{2, Seconds(4)};

struct Round {
  PipelineRound ours;
  double our_codec_ms = 0;
  PeerRound peer;
};

// What decoding and encoding cost us per frame: the same work as a session's, alone. In its place
// between engine and bus it costs more, if anything, and that counts as ours outside the codecs.
class CodecWork {
 public:
  static core::Result<CodecWork> make(const infer::LoadedModel& model,
                                      std::vector<DecodedPicture> pictures) {
    auto predictor = model.open();
    if (!predictor) return predictor.error();
    CodecWork work{&model.manifest(), std::move(pictures), {}};
    for (const auto& picture : work.pictures_) {
      auto prediction = (*predictor)->predict(picture.image, picture.frame);
      if (!prediction) return prediction.error();
      if (!prediction->segmentation) {
        return core::Error{core::Code::bad_input, "the comparison needs a segmentation model"};
      }
      work.class_maps_.push_back(std::move(prediction->segmentation->class_map));
    }
    return work;
  }

  core::Result<double> cpu_ms() const {
    codec::JpegDecoder decoder;
    const double before = thread_cpu_s();
    for (size_t i = 0; i < pictures_.size(); ++i) {
      const auto cover = infer::decode_cover(*manifest_, pictures_[i].frame);
      const auto image = decoder.decode_covering(pictures_[i].jpeg, cover);
      if (!image) return image.error();
      if (auto png = codec::encode_png(class_maps_[i]); !png) return png.error();
    }
    return 1000 * (thread_cpu_s() - before) / double(pictures_.size());
  }

  core::Size picture_size() const { return pictures_.front().frame; }

 private:
  CodecWork(const infer::Manifest* manifest, std::vector<DecodedPicture> pictures,
            std::vector<core::Image> class_maps)
      : manifest_(manifest), pictures_(std::move(pictures)), class_maps_(std::move(class_maps)) {}
  const infer::Manifest* manifest_;  // the model's, which outlives this
  std::vector<DecodedPicture> pictures_;
  std::vector<core::Image> class_maps_;
};

template <typename Value>
std::vector<double> over(const std::vector<Round>& rounds, Value value) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const auto& round : rounds) values.push_back(value(round));
  return values;
}

std::vector<double> ages(const std::vector<Arrival>& arrivals) {
  std::vector<double> values;
  values.reserve(arrivals.size());
  for (const auto& arrival : arrivals) values.push_back(arrival.age_ms);
  return values;
}

double infer_ms(const std::vector<Arrival>& arrivals) {
  std::vector<double> values;
  values.reserve(arrivals.size());
  for (const auto& arrival : arrivals) values.push_back(arrival.timings.infer);
  return median(values);
}

double bare_ours(const Round& round) { return round.ours.outside_ms - round.our_codec_ms; }
double bare_peer(const Round& round) { return round.peer.outside_ms - round.peer.codec_ms; }

struct Ages {
  std::vector<double> ours, peer;
};

Ages all_ages(const std::vector<Round>& rounds) {
  Ages all;
  for (const auto& round : rounds) {
    for (const double age : ages(round.ours.arrivals)) all.ours.push_back(age);
    for (const double age : ages(round.peer.arrivals)) all.peer.push_back(age);
  }
  return all;
}

void add_ratios(const std::vector<Round>& rounds, const Ages& all, Report& report) {
  const auto add = [&](const char* name, double value, double goal,
                       const std::vector<double>& values, const std::string& note) {
    report.metrics.push_back({name, value, "", goal, Want::at_most, spread(values), note});
  };
  auto values = over(rounds, [](const Round& r) { return r.ours.outside_ms / r.peer.outside_ms; });
  add("cpu_over_python", median(values), 0.5, values,
      "CPU per frame outside the engine, ours over the peer's: cameras, site, HTTP, codecs");
  values = over(rounds, [](const Round& r) { return bare_ours(r) / bare_peer(r); });
  add("cpu_outside_codecs_over_python", median(values), 0.2, values,
      "the same without decoding JPEG and encoding PNG");
  values = over(rounds, [](const Round& r) {
    return percentile(ages(r.ours.arrivals), 0.99) / percentile(ages(r.peer.arrivals), 0.99);
  });
  add("age_p99_over_python", percentile(all.ours, 0.99) / percentile(all.peer, 0.99), 0.5, values,
      fmt::format("capture to result at a subscriber, inference included, p99 of {} and {} results",
                  all.ours.size(), all.peer.size()));
}

void add_metrics(const std::vector<Round>& rounds, const Ages& all, Report& report) {
  add_ratios(rounds, all, report);
  const auto add = [&](const std::string& name, const char* unit, const std::vector<double>& values,
                       const char* note) {
    report.metrics.push_back({name, median(values), unit, {}, Want::at_most, spread(values), note});
  };
  add("cpu", "ms/frame", over(rounds, [](const Round& r) { return r.ours.outside_ms; }),
      "ours outside the engine");
  add("cpu_python", "ms/frame", over(rounds, [](const Round& r) { return r.peer.outside_ms; }),
      "the peer's outside the engine");
  add("cpu_codecs", "ms/frame", over(rounds, [](const Round& r) { return r.our_codec_ms; }),
      "ours, of which decoding and encoding");
  add("cpu_codecs_python", "ms/frame", over(rounds, [](const Round& r) { return r.peer.codec_ms; }),
      "the peer's, of which decoding and encoding");
  add("fps", "frames/s", over(rounds, [](const Round& r) { return r.ours.fps; }), "our results");
  add("fps_python", "frames/s", over(rounds, [](const Round& r) { return r.peer.fps; }),
      "the peer's results");
  for (const auto& [part, value] : rounds.front().ours.parts_ms) {
    add("cpu_part_" + part, "ms/frame",
        over(rounds,
             [&, part = part](const Round& r) {
               const auto found = r.ours.parts_ms.find(part);
               return found == r.ours.parts_ms.end() ? 0 : found->second;
             }),
        "ours, of which this part's threads");
  }
  add("infer_p50", "ms", over(rounds, [](const Round& r) { return infer_ms(r.ours.arrivals); }),
      "the engine's call, ours");
  add("infer_p50_python", "ms",
      over(rounds, [](const Round& r) { return infer_ms(r.peer.arrivals); }),
      "the engine's call, the peer's; its graph is for one picture size only");
  for (const double share : {0.5, 0.99}) {
    for (const bool ours : {true, false}) {
      const auto& values = ours ? all.ours : all.peer;
      report.metrics.push_back({fmt::format("age_p{}{}", 100 * share, ours ? "" : "_python"),
                                percentile(values, share),
                                "ms",
                                {},
                                Want::at_most,
                                percentile(values, 0.75) - percentile(values, 0.25),
                                "capture to result, inference included"});
    }
  }
}

Series percentiles(const std::string& name, const std::vector<double>& values) {
  Series series{name, {}};
  for (int percent = 1; percent <= 99; ++percent) {
    series.points.emplace_back(percent, percentile(values, percent / 100.0));
  }
  return series;
}

void add_plots(const std::vector<Round>& rounds, const Ages& all, Report& report) {
  Series series[] = {
      {"Fovea", {}}, {"Python", {}}, {"Fovea without codecs", {}}, {"Python without codecs", {}}};
  for (size_t i = 0; i < rounds.size(); ++i) {
    const auto x = double(i + 1);
    series[0].points.emplace_back(x, rounds[i].ours.outside_ms);
    series[1].points.emplace_back(x, rounds[i].peer.outside_ms);
    series[2].points.emplace_back(x, bare_ours(rounds[i]));
    series[3].points.emplace_back(x, bare_peer(rounds[i]));
  }
  report.plots.push_back({"CPU of a frame outside the engine",
                          "round",
                          "ms",
                          {std::begin(series), std::end(series)},
                          true});
  report.plots.push_back({"Age of results, inference included",
                          "share of the results in %",
                          "ms",
                          {percentiles("Fovea", all.ours), percentiles("Python", all.peer)},
                          true});
}

}  // namespace

core::Result<Report> run_comparison(const PipelineOptions& options, const PeerOptions& peer,
                                    const Progress& progress, const core::Context& context) {
  const Plan plan = options.quick ? quick_plan : full_plan;
  const auto folder = PictureFolder::make(options.pictures, options.quick ? 8 : 24);
  if (!folder) return folder.error();
  const auto cache = core::TemporaryDirectory::make("fovea-bench");
  if (!cache) return cache.error();
  auto pictures = decode_pictures((*folder)->path(), options.model->manifest());
  if (!pictures) return pictures.error();
  const auto codecs = CodecWork::make(*options.model, *std::move(pictures));
  if (!codecs) return codecs.error();
  std::set<pid_t> left_out = find_engine_threads();
  auto server = NatsServer::start(context.log);
  if (!server) return server.error();
  ModelMeter meter;
  auto rig = Rig::open({(*server)->url(), make_metered(options.model, meter), true}, context);
  if (!rig) return rig.error();
  left_out.merge(std::set<pid_t>((*rig)->listener_threads()));
  OutsideMeter outside(meter, std::move(left_out));
  auto listener = ResultListener::open((*server)->url(), peer_site, context);
  if (!listener) return listener.error();
  const PeerPlan peer_plan{
      (*server)->url(), cache->path().string(), codecs->picture_size(), cameras, fps, plan.each};
  std::vector<Round> rounds;
  for (int i = 0; i < plan.rounds; ++i) {
    progress(fmt::format("round {} of {}", i + 1, plan.rounds));
    auto ours = run_pipeline_round(**rig, **folder, cameras, fps, plan.each, outside);
    if (!ours) return ours.error();
    const auto codec_ms = codecs->cpu_ms();
    if (!codec_ms) return codec_ms.error();
    auto theirs = run_peer_round(peer, peer_plan, **folder, **listener, context);
    if (!theirs) return theirs.error();
    rounds.push_back({*std::move(ours), *codec_ms, *std::move(theirs)});
  }
  Report report{"pipeline-against-python",
                fmt::format("{}; {}; two cameras at {} fps", describe_machine(),
                            options.model->engine(), fps),
                {},
                {}};
  const Ages all = all_ages(rounds);
  add_metrics(rounds, all, report);
  add_plots(rounds, all, report);
  return report;
}

}  // namespace fovea::bench
