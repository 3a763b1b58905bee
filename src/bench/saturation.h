#pragma once

#include "bench/picture_folder.h"
#include "bench/pipeline.h"

namespace fovea::bench {

// What the bare engine does, for the rows after it.
struct EngineSpeed {
  double fps = 0;
  double infer_ms = 0;
};

// Measures the row "saturation" into `report`. Must come first: which threads are the engine's is
// found by watching it alone.
core::Result<EngineSpeed> measure_saturation(const PipelineOptions& options,
                                             const PictureFolder& folder, const Progress& progress,
                                             const core::Context& context, Report& report);

}  // namespace fovea::bench
