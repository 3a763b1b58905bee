#pragma once

#include <torch/types.h>

#include <vector>

#include "learn/weights.h"
#include "train/torch_network.h"

namespace fovea::train {

// AdamW (arXiv:1711.05101) with gradients cut to a norm, and an average of the weights that follows
// them slowly (Polyak), which is the model that is used. Weight decay is for convolutions only.
class Optimizer {
 public:
  // No gradients are kept for `average` from here on.
  Optimizer(TorchNetwork& network, TorchNetwork& average, double weight_decay);

  // With the gradients that the last backward pass left; clears them. Returns whether the gradients
  // were numbers; if not, nothing was changed.
  bool step(double learning_rate);

  int64_t steps() const { return steps_; }

  // Its state, to go on later.
  void save(learn::Tensors& to) const;
  core::Status load(const learn::Tensors& from, int64_t steps);

 private:
  struct Group {
    double decay = 0;
    std::vector<std::string> names;
    std::vector<torch::Tensor> weights, means, squares, counts;
  };

  void follow();

  TorchNetwork& network_;
  std::vector<torch::Tensor> fast_, slow_;  // all of the network's, and of the average's
  std::vector<Group> groups_;
  int64_t steps_ = 0;
};

}  // namespace fovea::train
