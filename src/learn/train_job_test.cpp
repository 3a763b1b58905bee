#include "learn/train_job.h"

#include <gtest/gtest.h>

#include "core/json.h"
#include "testing/json.h"

namespace fovea::learn {
namespace {

TEST(TrainJob, ComesBack) {
  TrainJob job;
  job.data = "folder:/yard";
  job.validation = "folder:/yard-check";
  job.classes = "/classes.yaml";
  job.output = "/yard-1";
  job.start = "/yard-1/start.safetensors";
  job.teacher = "/teacher.safetensors";
  job.model_name = "yard";
  job.model_version = "7";
  job.licence = "MIT";
  job.parent = "fovea-factory 1";
  job.half = false;
  job.resume = true;
  job.steps = 7;
  job.minutes = 3.5;
  job.seed = 11;
  job.batch = 3;
  job.input = {128, 96};
  job.crop = {96, 64};
  job.width = 0.5;
  job.learning_rate = 1e-3;
  job.weight_decay = 0.02;
  job.scale_least = 0.7;
  job.scale_most = 1.5;
  job.colour_change = 2;
  job.hard_share = 0.5;
  job.threads = 2;
  job.memory_mb = 900;
  job.checks = 4;
  const auto again = parse_train_job(to_json(job));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(job));
  const auto whole = testing::json(to_json(job));
  const auto defaults = testing::json(to_json(TrainJob()));
  for (const auto& [key, value] : whole.items()) {
    EXPECT_NE(value, defaults[key]) << key << " shows nothing";
  }
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
