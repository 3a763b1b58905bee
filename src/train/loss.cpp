#include "train/loss.h"

#include <algorithm>
#include <cmath>

#include "core/image.h"

namespace fovea::train {

namespace {

// Between its neighbours along a dimension, a quarter of a cell on.
torch::Tensor moved(const torch::Tensor& x, int64_t along, bool forward) {
  const int64_t size = x.size(along);
  if (size < 2) return x;
  const auto most = x.narrow(along, forward ? 1 : 0, size - 1);
  const auto edge = x.narrow(along, forward ? size - 1 : 0, 1);
  const auto neighbour =
      forward ? torch::cat({most, edge}, along) : torch::cat({edge, most}, along);
  return torch::lerp(x, neighbour, 0.25);
}

}  // namespace

torch::Tensor scores_of_pixels(const torch::Tensor& half, bool odd_row, bool odd_column) {
  return moved(moved(half, 2, odd_row), 3, odd_column);
}

torch::Tensor hard_pixel_loss(const torch::Tensor& scores, const torch::Tensor& labels,
                              const LossOptions& options) {
  const bool fits = scores.size(2) == labels.size(1) && scores.size(3) == labels.size(2);
  const auto full =
      fits ? scores : torch::upsample_bilinear2d(scores, {labels.size(1), labels.size(2)}, false);
  const auto flat_labels = labels.flatten();
  const auto known = flat_labels != core::no_class;
  const int64_t count = known.sum().item<int64_t>();
  if (count == 0) return full.sum() * 0;
  const auto losses = torch::nll_loss_nd(torch::log_softmax(full, 1), labels, {},
                                         at::Reduction::None, core::no_class)
                          .flatten();
  const auto weights = options.class_weights.index_select(
      0, flat_labels.clamp_max(options.class_weights.size(0) - 1));
  const auto mean_of = [&](const torch::Tensor& chosen_losses,
                           const torch::Tensor& chosen_weights) {
    return (chosen_losses * chosen_weights).sum() / chosen_weights.sum().clamp_min(1e-6);
  };
  const auto values = torch::detach(losses);
  const auto hard = torch::logical_and(values > options.hard_loss, known);
  const int64_t least =
      std::clamp<int64_t>(std::llround(double(count) * options.hard_share), 1, count);
  if (hard.sum().item<int64_t>() >= least) {
    return mean_of(losses.masked_select(hard), weights.masked_select(hard));
  }
  const auto worst =
      std::get<1>(values.masked_fill(torch::logical_not(known), -1).topk(least, 0, true, false));
  return mean_of(losses.index_select(0, worst), weights.index_select(0, worst));
}

torch::Tensor training_loss(const TorchNetwork::Scores& scores, const torch::Tensor& labels,
                            int64_t step, const LossOptions& options) {
  const bool odd_row = (step & 1) != 0;
  const bool odd_column = (step & 2) != 0;
  const auto here = labels.slice(1, odd_row ? 1 : 0, labels.size(1), 2)
                        .slice(2, odd_column ? 1 : 0, labels.size(2), 2)
                        .to(torch::kInt64);
  const auto fine = scores_of_pixels(scores.classes, odd_row, odd_column);
  return hard_pixel_loss(fine, here, options) +
         options.auxiliary_weight * hard_pixel_loss(scores.auxiliary, here, options);
}

torch::Tensor distillation_loss(const torch::Tensor& scores, const torch::Tensor& teacher,
                                const LossOptions& options) {
  const double t = options.temperature;
  const auto own = torch::log_softmax(scores / t, 1);
  const auto wanted = torch::softmax(teacher / t, 1);
  return -(wanted * own).sum(1).mean() * t * t;
}

torch::Tensor weights_of_classes(const std::vector<uint64_t>& pixels) {
  double total = 0;
  for (const uint64_t count : pixels) total += double(count);
  auto weights = torch::zeros({int64_t(pixels.size())});
  double mean = 0;
  for (size_t i = 0; i < pixels.size(); ++i) {
    if (pixels[i] == 0) continue;
    const double share = double(pixels[i]) / total;
    const double weight = 1 / std::log(1.1 + share);
    weights[int64_t(i)] = weight;
    mean += weight * share;
  }
  return mean > 0 ? weights / mean : weights;
}

}  // namespace fovea::train
