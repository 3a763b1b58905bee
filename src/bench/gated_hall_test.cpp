#include "bench/gated_hall.h"

#include <gtest/gtest.h>

#include "testing/test_context.h"

namespace fovea::bench {
namespace {

TEST(GatedHall, ABusyHallIsInferredAndARestingOneHardlyEver) {
  testing::TestContext context;
  const auto busy = run_hall({"2", 0.3}, context.context());
  ASSERT_TRUE(busy) << busy.error().message;
  EXPECT_EQ(busy->frames, 121u) << "8 s of 18 are counted";
  EXPECT_GE(busy->inferred, 110u);
  EXPECT_GT(busy->steady.miou().value_or(0), 0.98);

  const auto resting = run_hall({"1?activity=0.01", 0.3}, context.context());
  ASSERT_TRUE(resting) << resting.error().message;
  EXPECT_LE(resting->inferred, resting->frames / 3);
  EXPECT_GE(resting->inferred, 4u) << "forced every 2 s";
  EXPECT_GT(resting->steady.miou().value_or(0), 0.99);
}

TEST(GatedHall, WrongScenesAreRefused) {
  testing::TestContext context;
  EXPECT_FALSE(run_hall({"1?activity=0", 1}, context.context()));
}

}  // namespace
}  // namespace fovea::bench
