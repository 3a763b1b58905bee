#include "train/torch_network.h"

#include <cmath>
#include <cstring>

namespace fovea::train {

namespace {

using learn::Node;
using Op = Node::Op;

constexpr double norm_momentum = 0.1;

torch::Tensor fresh(const learn::Slot& slot) {
  const auto ends_with = [&](const char* end) {
    return std::string_view(slot.name).ends_with(end);
  };
  if (ends_with(".norm.weight") || ends_with(".norm.var")) return torch::ones(slot.shape);
  if (slot.shape.size() != 4) return torch::zeros(slot.shape);
  const bool depthwise = slot.shape[1] == 1;
  const double fan = double(slot.shape[2] * slot.shape[3]) * double(depthwise ? 1 : slot.shape[0]);
  return (torch::randn(slot.shape) * std::sqrt(2 / fan)).contiguous(at::MemoryFormat::ChannelsLast);
}

torch::Tensor resized(const torch::Tensor& x, int64_t height, int64_t width) {
  if (x.size(2) == height && x.size(3) == width) return x;
  if (x.size(2) == 1 && x.size(3) == 1) return x.expand({x.size(0), x.size(1), height, width});
  return torch::upsample_bilinear2d(x, {height, width}, false);
}

torch::Tensor pooled(const Node& node, const torch::Tensor& x) {
  if (node.kernel == 0) return x.mean({2, 3}, true);
  const int64_t pad = node.padding();
  return torch::avg_pool2d(x, {node.kernel, node.kernel}, {node.stride, node.stride}, {pad, pad},
                           false, false);
}

}  // namespace

TorchNetwork::TorchNetwork(const learn::NetworkConfig& config)
    : config_(config),
      network_(learn::make_network(config)),
      for_scores_(learn::needed_for(network_, {network_.scores})),
      for_training_(learn::needed_for(network_, {network_.scores, network_.auxiliary})) {
  for (const auto& slot : learn::slots_of(network_, true)) {
    auto tensor = fresh(slot);
    tensor.set_requires_grad(slot.learned);
    tensors_.emplace_back(slot.name, tensor);
    by_name_.emplace(slot.name, tensor);
  }
}

torch::Tensor TorchNetwork::convolve(const Node& node, torch::Tensor x, bool training) {
  const int64_t pad = node.padding();
  const int64_t groups = node.depthwise ? node.channels : 1;
  const auto bias = node.norm ? torch::Tensor() : tensor(node.name + ".bias");
  x = torch::conv2d(x, tensor(node.name + ".weight"), bias, {node.stride, node.stride}, {pad, pad},
                    {1, 1}, groups);
  if (node.norm) {
    const std::string norm = node.name + ".norm";
    // One number (a batch of one, averaged over the picture) has no variance.
    const bool own_statistics = training && x.size(0) * x.size(2) * x.size(3) > 1;
    x = torch::batch_norm(x, tensor(norm + ".weight"), tensor(norm + ".bias"),
                          tensor(norm + ".mean"), tensor(norm + ".var"), own_statistics,
                          norm_momentum, learn::norm_epsilon, false);
  }
  return node.relu ? torch::relu_(x) : x;
}

std::vector<torch::Tensor> TorchNetwork::run(const torch::Tensor& whole, bool training,
                                             const std::vector<bool>& needed) {
  std::vector<torch::Tensor> made(network_.nodes.size());
  const auto at = [&](int index) { return index == learn::picture ? whole : made[size_t(index)]; };
  for (size_t i = 0; i < made.size(); ++i) {
    if (!needed[i]) continue;
    const Node& node = network_.nodes[i];
    const torch::Tensor x = at(node.inputs.front());
    switch (node.op) {
      case Op::convolution: made[i] = convolve(node, x, training); break;
      case Op::add:
        made[i] = x + at(node.inputs[1]);
        if (node.relu) made[i] = torch::relu_(made[i]);
        break;
      case Op::concat: {
        std::vector<torch::Tensor> parts;
        for (const int input : node.inputs) parts.push_back(at(input));
        made[i] = torch::cat(parts, 1);
        break;
      }
      case Op::average_pool: made[i] = pooled(node, x); break;
      case Op::resize: {
        const auto like = at(node.like);
        made[i] = resized(x, like.size(2), like.size(3));
        break;
      }
    }
  }
  return made;
}

TorchNetwork::Scores TorchNetwork::forward_training(const torch::Tensor& picture) {
  const auto made = run(picture, true, for_training_);
  return {made[size_t(network_.scores)], made[size_t(network_.auxiliary)]};
}

torch::Tensor TorchNetwork::forward(const torch::Tensor& picture) {
  const torch::NoGradGuard no_gradients;
  return run(picture, false, for_scores_)[size_t(network_.scores)];
}

std::vector<torch::Tensor> TorchNetwork::learned() const {
  std::vector<torch::Tensor> all;
  for (const auto& [name, tensor] : tensors_) {
    if (tensor.requires_grad()) all.push_back(tensor);
  }
  return all;
}

int64_t TorchNetwork::parameters() const {
  int64_t count = 0;
  for (const auto& slot : learn::slots_of(network_, false)) {
    if (slot.learned) count += tensor(slot.name).numel();
  }
  return count;
}

learn::Tensors TorchNetwork::weights(bool with_auxiliary) const {
  learn::Tensors all;
  for (const auto& slot : learn::slots_of(network_, with_auxiliary)) {
    all.emplace(slot.name, to_tensor(tensor(slot.name)));
  }
  return all;
}

size_t TorchNetwork::take(const learn::Tensors& weights, const std::string& prefix) {
  const torch::NoGradGuard no_gradients;
  size_t missing = 0;
  for (auto& [name, tensor] : tensors_) {
    const auto found = weights.find(prefix + name);
    if (found == weights.end() || found->second.shape != tensor.sizes().vec()) {
      ++missing;
    } else {
      tensor.copy_(from_tensor(found->second));
    }
  }
  return missing;
}

learn::Tensor to_tensor(const torch::Tensor& tensor) {
  const auto plain = torch::detach(tensor).to(torch::kFloat32).contiguous();
  const float* values = plain.data_ptr<float>();
  return {plain.sizes().vec(), std::vector<float>(values, values + plain.numel())};
}

torch::Tensor from_tensor(const learn::Tensor& tensor) {
  auto made = torch::empty(tensor.shape);
  if (!tensor.values.empty()) {
    std::memcpy(made.data_ptr<float>(), tensor.values.data(), tensor.values.size() * sizeof(float));
  }
  return made;
}

}  // namespace fovea::train
