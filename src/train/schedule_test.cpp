#include "train/schedule.h"

#include <gtest/gtest.h>

namespace fovea::train {
namespace {

constexpr core::Size input{640, 360};

TEST(Schedule, TheLearningRateRisesThenFallsToAHundredth) {
  learn::TrainJob job;
  job.learning_rate = 0.1;
  EXPECT_NEAR(learning_rate(job, 0), 0.005, 1e-9);
  EXPECT_NEAR(learning_rate(job, 0.03), 0.1, 1e-9);
  EXPECT_NEAR(learning_rate(job, 1), 0.001, 1e-9);
  EXPECT_GT(learning_rate(job, 0.4), learning_rate(job, 0.6));
}

TEST(Schedule, PiecesAreThreeQuartersOfThePictureOnTheRasterOfTheNetwork) {
  const learn::TrainJob job;
  const auto cut = pieces(job, input);
  EXPECT_EQ(cut.crop, (core::Size{480, 272}));
  EXPECT_EQ(cut.size, 8);
}

}  // namespace
}  // namespace fovea::train
