#pragma once

#include <functional>
#include <memory>
#include <string>

#include "bench/report.h"
#include "core/context.h"
#include "core/result.h"
#include "infer/predictor.h"

namespace fovea::bench {

struct PipelineOptions {
  std::shared_ptr<const infer::LoadedModel> model;
  std::string pictures;  // a folder of JPEG pictures
  bool quick = false;    // ends within 45 s, noisier
};

// Says what is measured right now.
using Progress = std::function<void(const std::string& step)>;

// The numbers of the frame path, each as a ratio or a difference within one run:
//   saturation  results per second over the bare engine's (the same compiled graph, pictures
//               decoded in memory beforehand), in turns; CPU per frame outside the engine
//   latency     capture to result at a subscriber over a real NATS server, minus inference; two
//               cameras at 5 fps, half a period apart
//   overload    two cameras offer 4 times what the engine does: age of the results, memory
// Runs site, cameras and subscriber in this process. The compiled model, not its loading, is
// measured. Errors: bad_input (no pictures), unsupported (no nats-server), those of the product.
core::Result<Report> run_pipeline(const PipelineOptions& options, const Progress& progress,
                                  const core::Context& context);

}  // namespace fovea::bench
