#pragma once

#include <cstddef>

namespace fovea::train {

// Gives freed memory back to the kernel, and lets the peak begin anew.
void settle_memory();

// Bytes that this process has had in memory at most since then.
size_t peak_memory();

// Bytes that it may take: what was asked for (0: nothing was), and no more than the machine has
// left beside what is in use by it already.
size_t memory_limit(int megabytes);

}  // namespace fovea::train
