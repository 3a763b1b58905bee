#pragma once

#include "core/clock.h"
#include "core/result.h"
#include "train/sample_store.h"
#include "train/trainer.h"

namespace fovea::train {

// The pictures to learn from, and the others to see whether it was learned.
struct Stores {
  SampleStore training;
  SampleStore validation;
};

// Reads both as the job says, telling how far it is. Each keeps up to `bytes_max` in memory.
// Errors: bad_input, io (all that is wrong, file by file), closed (`stops`).
core::Result<Stores> open_stores(const learn::TrainJob& job, size_t bytes_max, const Tell& tell,
                                 const Stops& stops, const core::Clock& clock);

// What somebody should know before anything is learned, in sentences: how many pixels each class
// has, and what is doubtful about the masks.
std::vector<std::string> notes_of(const Stores& stores);

// Whether they mean the same; colours do not matter.
bool same_names(const core::ClassList& a, const core::ClassList& b);

}  // namespace fovea::train
