#pragma once

#include "bench/pipeline.h"

namespace fovea::bench {

struct HostileOptions {
  PipelineOptions pipeline;
  double seconds = 20;  // of each attack, and of the honest fourth camera before each
};

// Whether a hostile device harms anybody but itself: three honest cameras that need 60 % of the
// engine, in a process of their own over a real NATS server, gating on, beside a fourth that
// attacks (bench/attack.h), against the same three beside a fourth honest one, in turns. For each
// attack
//   results   the three's results a second over those beside the honest fourth
//   age_p99   of their results, capture to subscriber, over the same
//   memory    the site's largest beyond its largest beside the honest fourth
// The attacker is a process that gives way to all others; what it used is told: where it had
// little, the machine was the limit and not the site. Errors: bad_input (no pictures), unsupported
// (no nats-server, no H.264 encoder), timeout, those of the product.
core::Result<Report> run_hostile(const HostileOptions& options, const Progress& progress,
                                 const core::Context& context);

}  // namespace fovea::bench
