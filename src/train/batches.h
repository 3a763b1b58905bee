#pragma once

#include <cstdint>
#include <thread>
#include <vector>

#include "core/queue.h"
#include "core/result.h"
#include "learn/network.h"
#include "train/augment.h"
#include "train/sample_store.h"

namespace fovea::train {

// Pieces of pictures to learn from in one step.
struct Batch {
  core::Size crop;              // of each
  std::vector<float> pixels;    // [N,H,W,3], normalised
  std::vector<uint8_t> labels;  // [N,H,W]
};

struct BatchOptions {
  int size = 8;
  core::Size crop;
  uint32_t seed = 1;
  Augmentation augmentation;
};

// What step `step` learns from: the samples in an order drawn anew for each pass over them. A
// function of seed and step alone, so that a run that was interrupted goes on as if it had not
// been.
core::Result<Batch> make_batch(SampleStore& store, const learn::NetworkConfig& config,
                               const BatchOptions& options, int64_t step);

// Makes batches ahead of their use, from `first_step` on, on a thread of its own, which also is the
// only one that uses the store meanwhile. At most two wait.
class BatchMaker {
 public:
  BatchMaker(SampleStore& store, const learn::NetworkConfig& config, const BatchOptions& options,
             int64_t first_step);
  ~BatchMaker();

  core::Result<Batch> next();  // blocks; errors: those of reading

 private:
  core::BoundedQueue<core::Result<Batch>> batches_;
  std::jthread thread_;
};

}  // namespace fovea::train
