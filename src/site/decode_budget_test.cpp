#include "site/decode_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "testing/test_context.h"

namespace fovea::site {
namespace {

using ::testing::HasSubstr;
using For = DecodeBudget::For;

constexpr size_t mib = 1u << 20;

TEST(DecodeBudget, OneStreamHasALimitOfItsOwn) {
  testing::TestContext context;
  DecodeBudget budget(4096 * mib, context.metrics());
  const auto half = budget.take("yard", core::limits::stream_decoder_bytes_max / 2, For::stream);
  ASSERT_TRUE(half);
  const auto more = budget.take("yard", core::limits::stream_decoder_bytes_max, For::stream);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, core::Code::unsupported);
  EXPECT_THAT(more.error().message, HasSubstr("takes 288 MiB, and one stream may take 192"));
  EXPECT_FALSE(budget.take("yard", ~size_t{0}, For::picture));
  EXPECT_TRUE(budget.take("gate", core::limits::stream_decoder_bytes_max, For::stream));
}

TEST(DecodeBudget, StreamsLeaveRoomForASinglePicture) {
  testing::TestContext context;
  DecodeBudget budget(400 * mib, context.metrics());
  auto first = budget.take("a", 150 * mib, For::stream);
  auto second = budget.take("b", 150 * mib, For::stream);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(context.value("fovea_decoder_bytes"), 300.0 * mib);
  const auto third = budget.take("c", mib, For::stream);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, core::Code::busy);
  EXPECT_TRUE(budget.take("c", 60 * mib, For::picture));
  EXPECT_FALSE(budget.take("c", 101 * mib, For::picture));
  *first = DecodeBudget::Hold();
  EXPECT_TRUE(budget.take("c", mib, For::stream)) << "it was given back";
  EXPECT_EQ(context.value("fovea_decoder_bytes"), 150.0 * mib);
  EXPECT_GT(DecodeBudget::bytes_of_machine(), 100 * mib);
}

}  // namespace
}  // namespace fovea::site
