#pragma once

#include <cstddef>

namespace fovea::train {

// Bytes that this process has had in memory at most so far.
size_t peak_memory();

// Bytes that it may take: what was asked for (0: nothing was), and no more than the machine has
// left beside what is in use by it already.
size_t memory_limit(int megabytes);

}  // namespace fovea::train
