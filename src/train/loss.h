#pragma once

#include <torch/types.h>

#include "train/torch_network.h"

namespace fovea::train {

struct LossOptions {
  torch::Tensor class_weights;  // [C]
  double hard_share = 0.25;     // of the pixels, the worst, that count at least
  double hard_loss = 0.357;     // every pixel worse than this counts: a probability below 0.7
  double auxiliary_weight = 0.4;
  double teacher_weight = 1.0;
  double temperature = 2;  // of the teacher's probabilities
};

// The scores of every second pixel of a picture from those at half its size, as if all had been
// interpolated (bilinear, half_pixel): of the pixels with odd coordinates where `odd` says so.
torch::Tensor scores_of_pixels(const torch::Tensor& half, bool odd_row, bool odd_column);

// Cross entropy of the hardest pixels (online hard example mining, arXiv:1604.03540), weighted by
// their classes; how hard one is does not depend on its class's weight. `scores` [N,C,h,w] are
// resized to `labels` [N,H,W] (int64, 255 counts for nothing).
torch::Tensor hard_pixel_loss(const torch::Tensor& scores, const torch::Tensor& labels,
                              const LossOptions& options);

// What a step of the training lowers: of the scores and, with less weight, of the auxiliary ones.
// `labels` [N,H,W] (uint8). Only every second pixel along both sides is looked at, others with each
// step: a quarter of the time for what four steps see.
torch::Tensor training_loss(const TorchNetwork::Scores& scores, const torch::Tensor& labels,
                            int64_t step, const LossOptions& options);

// How far the scores are from a teacher's of the same shape (Hinton et al., arXiv:1503.02531).
torch::Tensor distillation_loss(const torch::Tensor& scores, const torch::Tensor& teacher,
                                const LossOptions& options);

// Weights of classes by how many pixels they have: 1 / ln(1.1 + share) (ENet, arXiv:1606.02147),
// their mean over the pixels being 1; those that do not occur have none.
torch::Tensor weights_of_classes(const std::vector<uint64_t>& pixels);

}  // namespace fovea::train
