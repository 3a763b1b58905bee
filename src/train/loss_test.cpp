#include "train/loss.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace fovea::train
