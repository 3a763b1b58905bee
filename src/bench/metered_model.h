#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <set>

#include "infer/predictor.h"

namespace fovea::bench {

// What the callers of a model spent in it.
class ModelMeter {
 public:
  void add(pid_t caller, double cpu_s);
  double cpu_s() const;  // of the calling threads, inside predict()
  std::set<pid_t> callers() const;

 private:
  mutable std::mutex mutex_;  // guards both
  double cpu_s_ = 0;
  std::set<pid_t> callers_;
};

// The same model, with the CPU time of each call noted in `meter`, which must outlive it. This is
// how a session's own work is told from the engine's, which runs partly on the session's thread.
std::shared_ptr<const infer::LoadedModel> make_metered(
    std::shared_ptr<const infer::LoadedModel> model, ModelMeter& meter);

}  // namespace fovea::bench
