#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bench/metered_model.h"
#include "bench/rig.h"
#include "bench/threads.h"

namespace fovea::bench {

// A picture of a folder, as a session decodes it.
struct DecodedPicture {
  core::Bytes jpeg;
  core::Image image;
  core::Size frame;
};

// Errors: those of the decoder; io.
core::Result<std::vector<DecodedPicture>> decode_pictures(const std::string& folder,
                                                          const infer::Manifest& manifest);

// The engine's own workers: the threads that are there after it was used, before anything else has
// started one. Without the calling thread.
std::set<pid_t> find_engine_threads();

// CPU that this process uses outside the engine's calls.
class OutsideMeter {
 public:
  // `model` is the one that the rig was given, and outlives this; `left_out` are threads that do
  // not count: the engine's, a subscriber's.
  OutsideMeter(const ModelMeter& model, std::set<pid_t> left_out)
      : model_(model), left_out_(std::move(left_out)) {}
  void begin();
  std::map<std::string, double> end();  // seconds since begin(), by the part of the product

 private:
  const ModelMeter& model_;
  std::set<pid_t> left_out_;
  ThreadTimes before_;
  double model_before_s_ = 0;
};

// What a rig did and used with its cameras running.
struct PipelineRound {
  double fps = 0;
  std::map<std::string, double> parts_ms;  // CPU per frame, by the part of the product
  double outside_ms = 0;                   // CPU per frame of all but the engine's calls
  std::vector<Arrival> arrivals;
};

// Runs `cameras` at `fps` each for `duration` on a rig whose model `meter` meters.
core::Result<PipelineRound> run_pipeline_round(Rig& rig, const PictureFolder& folder, int cameras,
                                               double fps, std::chrono::duration<double> duration,
                                               OutsideMeter& meter);

}  // namespace fovea::bench
