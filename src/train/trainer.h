#pragma once

#include <functional>
#include <memory>

#include "core/clock.h"
#include "core/result.h"
#include "learn/train_job.h"
#include "learn/trainer_event.h"

namespace fovea::train {

// What a training tells; where it tells it (standard output and a file) is the program's concern.
using Tell = std::function<void(const learn::TrainerEvent&)>;
// Whether somebody wants it to save and end.
using Stops = std::function<bool()>;

// Trains as the job says. Files in job.output are written whole or not at all; the best network and
// the last state are there whenever something was told of them. Errors: bad_input (data, job, what
// is to be started from), io (no room), busy (not enough memory; which batch fits), internal (a
// loss that is no number; at which step), closed (`stops` before anything was learned). Threads: it
// uses Torch's own and one that reads pictures.
core::Status train(const learn::TrainJob& job, const Tell& tell, const Stops& stops,
                   const core::Clock& clock);

}  // namespace fovea::train
