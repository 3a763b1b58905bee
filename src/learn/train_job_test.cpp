#include "learn/train_job.h"

#include <gtest/gtest.h>

namespace fovea::learn {
namespace {

TEST(TrainJob, ComesBack) {
  TrainJob job;
  job.data = "folder:/yard";
  job.output = "/yard-1";
  job.steps = 7;
  job.crop = {96, 64};
  const auto again = parse_train_job(to_json(job));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(job));
}

TEST(TrainJob, AnOlderOneGoesOnAsItBegan) {
  const auto job = parse_train_job(R"({"data": "folder:a", "output": "b", "batch": 3})");
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->batch, 3);
  EXPECT_EQ(job->learning_rate, TrainJob().learning_rate);
}

TEST(TrainJob, WhatIsNoneIsSaid) {
  EXPECT_FALSE(parse_train_job("[]"));
  EXPECT_FALSE(parse_train_job(R"({"data": "folder:a"})"));
  EXPECT_FALSE(parse_train_job(R"({"data": 1, "output": "b"})"));
}

}  // namespace
}  // namespace fovea::learn
