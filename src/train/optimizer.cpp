#include "train/optimizer.h"

#include <torch/nn/utils/clip_grad.h>

#include <algorithm>
#include <cmath>

namespace fovea::train {

namespace {

constexpr double beta_1 = 0.9;
constexpr double beta_2 = 0.999;
constexpr double epsilon = 1e-8;
constexpr double gradient_norm_max = 5;
constexpr double average_keeps_most = 0.998;

}  // namespace

Optimizer::Optimizer(TorchNetwork& network, TorchNetwork& average, double weight_decay)
    : network_(network), groups_(2) {
  for (const auto& [name, tensor] : network.tensors()) fast_.push_back(tensor);
  for (const auto& [name, tensor] : average.tensors()) {
    slow_.push_back(tensor);
    slow_.back().set_requires_grad(false);
  }
  groups_[0].decay = weight_decay;
  for (const auto& [name, tensor] : network.tensors()) {
    if (!tensor.requires_grad()) continue;
    Group& group = groups_[tensor.dim() == 4 ? 0 : 1];
    group.names.push_back(name);
    group.weights.push_back(tensor);
    group.means.push_back(torch::zeros_like(tensor));
    group.squares.push_back(torch::zeros_like(tensor));
    group.counts.push_back(torch::zeros({}));
  }
}

bool Optimizer::step(double learning_rate) {
  const double norm = torch::nn::utils::clip_grad_norm_(network_.learned(), gradient_norm_max);
  const torch::NoGradGuard no_gradients;
  const bool good = std::isfinite(norm);
  for (Group& group : groups_) {
    std::vector<torch::Tensor> gradients;
    for (auto& tensor : group.weights) gradients.push_back(tensor.grad());
    if (good) {
      at::_foreach_add_(group.counts, 1);
      at::_fused_adamw_(group.weights, gradients, group.means, group.squares, {}, group.counts,
                        learning_rate, beta_1, beta_2, group.decay, epsilon, false, false);
    }
    for (auto& tensor : group.weights) tensor.mutable_grad().reset();
  }
  if (!good) return false;
  ++steps_;
  follow();
  return true;
}

void Optimizer::follow() {
  const double keeps = std::min(average_keeps_most, (1 + double(steps_)) / (10 + double(steps_)));
  at::_foreach_lerp_(slow_, fast_, 1 - keeps);
}

void Optimizer::save(learn::Tensors& to) const {
  for (const Group& group : groups_) {
    for (size_t i = 0; i < group.names.size(); ++i) {
      to.emplace("adam.mean." + group.names[i], to_tensor(group.means[i]));
      to.emplace("adam.square." + group.names[i], to_tensor(group.squares[i]));
    }
  }
}

core::Status Optimizer::load(const learn::Tensors& from, int64_t steps) {
  const torch::NoGradGuard no_gradients;
  for (Group& group : groups_) {
    for (size_t i = 0; i < group.names.size(); ++i) {
      const auto mean = from.find("adam.mean." + group.names[i]);
      const auto square = from.find("adam.square." + group.names[i]);
      const auto shape = group.means[i].sizes().vec();
      if (mean == from.end() || square == from.end() || mean->second.shape != shape ||
          square->second.shape != shape) {
        return core::Error{core::Code::bad_input,
                           "the state of the optimizer is missing for '" + group.names[i] + "'"};
      }
      group.means[i].copy_(from_tensor(mean->second));
      group.squares[i].copy_(from_tensor(square->second));
      group.counts[i].fill_(double(steps));
    }
  }
  steps_ = steps;
  return {};
}

}  // namespace fovea::train
