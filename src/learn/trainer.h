#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/context.h"
#include "learn/train_job.h"
#include "learn/trainer_event.h"

namespace fovea::learn {

// Where fovea-train is. Errors: unsupported (this build has no trainer).
core::Result<std::string> find_trainer();

// What its environment is given, as NAME=VALUE.
std::vector<std::string> trainer_environment();

// Runs fovea-train, the program beside ours that alone loads Torch, at the lowest priority; `told`
// is called with each of its events on this thread. A stop lets it save and end (its `done` still
// comes). Returns its last word. Errors: what it said itself; unsupported (this build has no
// trainer), internal (it was killed: the message says how to go on), io. Threads: any.
core::Result<TrainerEvent> run_trainer(const TrainJob& job,
                                       const std::function<void(const TrainerEvent&)>& told,
                                       const std::stop_token& stop, const core::Context& context);

}  // namespace fovea::learn
