#pragma once

#include <string>

#include "bench/pipeline.h"
#include "bench/report.h"
#include "core/context.h"
#include "core/result.h"
#include "infer/predictor.h"

namespace fovea::bench {

// What a row of `fovea bench learn` is given.
struct LearnPlan {
  bool quick = false;
  int seeds = 1;
  std::string work;  // folder for trainings, kept
  std::string data;  // the folder of real data; empty: there is none
  const Progress& progress;
  const core::Context& context;
};

inline constexpr char shipped_model[] = "fovea-factory";

// Each returns metrics and plots; the caller names the report.
core::Result<Report> measure_shipped(const LearnPlan& plan);
core::Result<Report> measure_step(const LearnPlan& plan);
core::Result<Report> measure_beside(const LearnPlan& plan);
core::Result<Report> measure_tuning(const LearnPlan& plan);
core::Result<Report> measure_network(const LearnPlan& plan);
core::Result<Report> measure_street(const LearnPlan& plan);

// As the site loads it, mirrors of the data folder included.
core::Result<std::shared_ptr<const infer::LoadedModel>> load(const std::string& model,
                                                             const LearnPlan& plan);

// The real pictures `what` (a path below the data folder). Errors: not_found.
core::Result<std::string> data_of(const std::string& what, const LearnPlan& plan);

}  // namespace fovea::bench
