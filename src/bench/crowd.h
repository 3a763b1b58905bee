#pragma once

#include "bench/pipeline.h"

namespace fovea::bench {

// 20 cameras at 15 fps each, far more than the engine does: in a process of their own, over a real
// NATS server, gating off. Whether every camera has its turn, whether age and memory stay level,
// and what a camera costs outside inference, here and on the cameras' side.
// Errors: bad_input (no pictures), unsupported (no nats-server), timeout, those of the product.
core::Result<Report> run_crowd(const PipelineOptions& options, const Progress& progress,
                               const core::Context& context);

}  // namespace fovea::bench
