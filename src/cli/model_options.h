#pragma once

#include <string>

#include "cli/app.h"
#include "infer/predictor.h"

namespace fovea::cli {

// The options of every command that loads a model.
class ModelOptions {
 public:
  void declare(App app) {
    app.add_option("--device", options_.device,
                   "where to run: CPU, or what the engine finds here (GPU, NPU, AUTO)")
        .capture_default_str();
    app.add_option("--threads", options_.threads, "threads of the engine; 0: all cores")
        .range(0, 1024)
        .capture_default_str();
    app.add_option("--precision", options_.precision,
                   "f32, bf16 or f16; else what the engine prefers on this machine")
        .one_of({"f32", "bf16", "f16"});
    app.add_option("--mirror", options_.mirror,
                   "folder with files of the catalog, looked into before anything is fetched "
                   "(also: the environment's FOVEA_MODELS)");
    app.add_option("--cache-dir", options_.cache_dir,
                   "folder for compiled models (default: the user's cache folder)");
  }

  const infer::LoadOptions& load_options() const { return options_; }
  infer::LoadOptions& load_options() { return options_; }

 private:
  infer::LoadOptions options_;
};

}  // namespace fovea::cli
