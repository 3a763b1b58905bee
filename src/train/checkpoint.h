#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "learn/class_iou.h"
#include "train/optimizer.h"
#include "train/torch_network.h"

namespace fovea::train {

// How far a training has come.
struct Progress {
  int64_t step = 0;
  double seconds = 0;
  int checks = 0;
  double best_miou = -1;  // below 0: nothing was checked yet
  learn::ClassIou best_iou;
};

// The network that is used, with what training it further needs, and how good it is. Errors: io.
core::Status write_best(const std::string& path, const TorchNetwork& network,
                        const Progress& progress);
// How good the network is that was written last; as before if there is none.
void read_best(const std::string& path, Progress& progress);

// Everything that is needed to go on as if nothing had happened. Errors: io.
core::Status write_state(const std::string& path, const TorchNetwork& network,
                         const TorchNetwork& average, const Optimizer& optimizer,
                         const Progress& progress);
// Errors: not_found, io, bad_input (damaged, or of another network).
core::Result<Progress> read_state(const std::string& path, TorchNetwork& network,
                                  TorchNetwork& average, Optimizer& optimizer);

}  // namespace fovea::train
