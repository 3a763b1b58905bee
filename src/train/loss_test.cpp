#include "train/loss.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fovea::train {
namespace {

TEST(Loss, ScoresOfEverySecondPixelAreThoseOfAllInterpolated) {
  torch::manual_seed(3);
  const auto half = torch::randn({2, 5, 6, 9});
  const auto whole = torch::upsample_bilinear2d(half, {12, 18}, false);
  for (const bool odd_row : {false, true}) {
    for (const bool odd_column : {false, true}) {
      const auto wanted =
          whole.slice(2, odd_row ? 1 : 0, 12, 2).slice(3, odd_column ? 1 : 0, 18, 2);
      const auto made = scores_of_pixels(half, odd_row, odd_column);
      EXPECT_LT((made - wanted).abs().max().item<float>(), 1e-5F) << odd_row << odd_column;
    }
  }
}

TEST(Loss, CountsThePixelsThatAreHard) {
  // Two classes; the first pixel is certain, the second wrong, the third counts for nothing.
  const auto scores = torch::tensor({9.F, 9.F, 9.F, 0.F, 0.F, 0.F}).reshape({1, 2, 1, 3});
  const auto labels = torch::tensor({0, 1, 255}, torch::kInt64).reshape({1, 1, 3});
  LossOptions options;
  options.class_weights = torch::ones({2});
  options.hard_share = 0.01;
  EXPECT_NEAR(hard_pixel_loss(scores, labels, options).item<float>(), 9, 0.01);
  options.hard_share = 1;
  EXPECT_NEAR(hard_pixel_loss(scores, labels, options).item<float>(), 4.5, 0.01);
  const auto none = torch::full({1, 1, 3}, 255, torch::kInt64);
  EXPECT_EQ(hard_pixel_loss(scores, none, options).item<float>(), 0);
}

TEST(Loss, AClassOfMoreWeightCountsMore) {
  // Both pixels are as wrong as each other, by 9 and by 5.
  const auto scores = torch::tensor({0.F, 5.F, 9.F, 0.F}).reshape({1, 2, 1, 2});
  const auto labels = torch::tensor({0, 1}, torch::kInt64).reshape({1, 1, 2});
  LossOptions options;
  options.hard_share = 1;
  options.class_weights = torch::tensor({3.F, 1.F});
  EXPECT_NEAR(hard_pixel_loss(scores, labels, options).item<float>(), (3 * 9 + 5) / 4.0, 0.02);
}

TEST(Loss, RareClassesWeighMore) {
  const auto weights = weights_of_classes({900, 100, 0});
  const auto weight = [&](int64_t i) { return weights[i].item<float>(); };
  EXPECT_NEAR(weight(1) / weight(0), std::log(1.1 + 0.9) / std::log(1.1 + 0.1), 1e-4);
  EXPECT_NEAR(0.9 * weight(0) + 0.1 * weight(1), 1, 1e-5) << "the mean over the pixels";
  EXPECT_EQ(weight(2), 0);
}

TEST(Loss, ATeacherPullsTheScoresToItsOwn) {
  const auto teacher = torch::tensor({2.F, -1.F, 0.5F}).reshape({1, 3, 1, 1});
  const LossOptions options;
  const auto slope = [&](const torch::Tensor& from) {
    auto scores = from.clone().set_requires_grad(true);
    distillation_loss(scores, teacher, options).backward();
    return scores.grad().flatten();
  };
  EXPECT_LT(slope(teacher + 3).abs().max().item<float>(), 1e-6F) << "the same probabilities";
  const auto away = slope(torch::zeros({1, 3, 1, 1}));
  EXPECT_LT(away[0].item<float>(), -0.1F) << "is to rise";
  EXPECT_GT(away[1].item<float>(), 0.1F) << "is to fall";
}

}  // namespace
}  // namespace fovea::train
