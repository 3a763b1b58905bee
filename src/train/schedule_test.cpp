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
  const auto pieces = batch_options(job, input, 0);
  EXPECT_EQ(pieces.crop, (core::Size{480, 272}));
  EXPECT_EQ(pieces.size, 8);
}

TEST(Schedule, TheLastPartLearnsFromWholePicturesInAsMuchMemory) {
  learn::TrainJob job;
  job.batch = 12;
  job.crop = {384, 224};
  job.whole_share = 0.25;
  job.scale_most = 1.44;
  EXPECT_EQ(batch_options(job, input, 0.74).crop, job.crop);
  const auto whole = batch_options(job, input, 0.75);
  EXPECT_EQ(whole.crop, (core::Size{640, 352}));
  EXPECT_EQ(whole.size, 4);
  EXPECT_NEAR(whole.augmentation.scale_most, 1.2, 1e-9);
  job.whole_share = 0;
  EXPECT_EQ(batch_options(job, input, 0.999).crop, job.crop);
}

TEST(Schedule, StaysWithPiecesWhereTwoPicturesDoNotFitOrAPieceIsOne) {
  learn::TrainJob job;
  job.batch = 4;
  job.crop = {384, 224};
  EXPECT_EQ(batch_options(job, input, 0.9).crop, job.crop);
  job.batch = 12;
  job.crop = {640, 360};
  EXPECT_EQ(batch_options(job, input, 0.9).size, 12);
}

}  // namespace
}  // namespace fovea::train
