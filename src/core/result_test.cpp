#include "core/result.h"

#include <gtest/gtest.h>

namespace fovea::core {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{Code::bad_input, "odd"};
  return number / 2;
}

TEST(Result, HoldsAValue) {
  auto result = half(4);
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 2);
}

TEST(Result, HoldsAnErrorWithContext) {
  auto result = half(3);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().context("halving").message, "halving: odd");
  EXPECT_EQ(result.error().code, Code::bad_input);
}

TEST(ResultDeathTest, AbortsWhenAnErrorIsReadAsAValue) {
  auto result = half(3);
  EXPECT_DEATH(static_cast<void>(result.value()), "assertion failed");
}

}  // namespace
}  // namespace fovea::core
