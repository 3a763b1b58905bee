#pragma once

#include "bench/pipeline.h"
#include "bench/report.h"
#include "core/context.h"
#include "core/result.h"

namespace fovea::bench {

struct GatingOptions {
  bool quick = false;  // ends within 45 s; fewer entries
};

// What change gating saves and what it costs, on the synthetic hall in simulated time: a hall at
// rest where machines run and one visitor walks through for 10 % of each minute, shake and noise
// on; and the ordinary hall, where something moves all the time and nothing may be saved. The
// site's own gate decides. The model is the scene's ground truth: what counts is how far the map of
// the last inferred frame is from the frame's own, as mIoU in points
//   without shake   both maps as a steady camera would have them: what gating does not see;
//   in shake        every pixel of the shaking picture, the mask moved as the repeated result says.
// Errors: those of the scene and the codecs.
core::Result<Report> run_gating(const GatingOptions& options, const Progress& progress,
                                const core::Context& context);

}  // namespace fovea::bench
