#include "train/loss.h"

#include <cmath>

#include "core/image.h"

namespace fovea::train {

torch::Tensor hard_pixel_loss(const torch::Tensor& scores, const torch::Tensor& labels,
                              const LossOptions& options) {
  auto full = torch::upsample_bilinear2d(scores, {labels.size(1), labels.size(2)}, false);
  const auto log_shares = torch::log_softmax(full, 1);
  auto losses = torch::nll_loss_nd(log_shares, labels, options.class_weights, at::Reduction::None,
                                   core::no_class)
                    .flatten();
  const auto known = (labels.flatten() != core::no_class);
  const int64_t count = known.sum().item<int64_t>();
  if (count == 0) return full.sum() * 0;
  const int64_t hard = (torch::detach(losses) > options.hard_loss).sum().item<int64_t>();
  const int64_t least = std::max<int64_t>(1, std::llround(double(count) * options.hard_share));
  if (std::max(hard, least) >= count) return losses.sum() / double(count);
  if (hard >= least) {
    return losses.masked_select(torch::detach(losses) > options.hard_loss).mean();
  }
  return std::get<0>(losses.topk(least, 0, true, false)).mean();
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
