#pragma once

#include <torch/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "learn/network.h"
#include "learn/weights.h"

namespace fovea::train {

// A network's description with its weights as Torch's tensors. Threads: one at a time.
class TorchNetwork {
 public:
  // Fresh weights: He et al.'s normal distribution (arXiv:1502.01852), from Torch's generator.
  explicit TorchNetwork(const learn::NetworkConfig& config);

  struct Scores {
    torch::Tensor classes;    // [N,C,H/2,W/2]
    torch::Tensor auxiliary;  // [N,C,H/8,W/8]
  };
  // `picture`: [N,3,H,W], normalised, channels last in memory. In training, batch normalisation
  // takes the batch's statistics and keeps running ones.
  Scores forward_training(const torch::Tensor& picture);
  torch::Tensor forward(const torch::Tensor& picture);  // the scores, as when it is used

  const learn::NetworkConfig& config() const { return config_; }
  std::vector<torch::Tensor> learned() const;  // what the optimizer changes
  // All weights and statistics by name, in one order.
  const std::vector<std::pair<std::string, torch::Tensor>>& tensors() const { return tensors_; }
  int64_t parameters() const;  // learned numbers that `scores` needs

  // Copies of them. `with_auxiliary`: also what only training needs.
  learn::Tensors weights(bool with_auxiliary) const;
  // Takes those that are there in the right shape; returns how many of its own were not.
  size_t take(const learn::Tensors& weights, const std::string& prefix);

 private:
  // Outcomes by node; undefined for those that are not needed.
  std::vector<torch::Tensor> run(const torch::Tensor& picture, bool training,
                                 const std::vector<bool>& needed);
  torch::Tensor convolve(const learn::Node& node, torch::Tensor x, bool training);
  const torch::Tensor& tensor(const std::string& name) const { return by_name_.at(name); }

  const learn::NetworkConfig config_;
  const learn::Network network_;
  const std::vector<bool> for_scores_, for_training_;
  std::vector<std::pair<std::string, torch::Tensor>> tensors_;
  std::map<std::string, torch::Tensor> by_name_;
};

learn::Tensor to_tensor(const torch::Tensor& tensor);
torch::Tensor from_tensor(const learn::Tensor& tensor);

}  // namespace fovea::train
