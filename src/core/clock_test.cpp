#include "core/clock.h"

#include <gtest/gtest.h>

namespace fovea::core {
namespace {

TEST(Rfc3339, RoundTrips) {
  const Timestamp time{std::chrono::microseconds(1'795'500'716'123'456)};
  EXPECT_EQ(to_rfc3339(time), "2026-11-24T06:11:56.123456Z");
  auto parsed = parse_rfc3339(to_rfc3339(time));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, time);
}

TEST(Rfc3339, ReadsOffsetsAndShortFractions) {
  auto parsed = parse_rfc3339("2026-11-24T08:11:56.5+02:00");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(to_rfc3339(*parsed), "2026-11-24T06:11:56.500000Z");
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-11-24T25:00:00Z",
                           "2026-11-24T06:11:56", "2026-11-24T06:11:56+2:00", "24/11/2026"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Milliseconds, AnyTwoTimesFromOutsideHaveADifference) {
  const Timestamp now{std::chrono::microseconds(1'795'500'716'123'456)};
  const auto first = parse_rfc3339("0001-01-01T00:00:00Z");
  ASSERT_TRUE(first);
  EXPECT_NEAR(milliseconds(now - *first), 6.393e13, 1e11);
  EXPECT_EQ(milliseconds(std::chrono::microseconds(1500)), 1.5);
}

}  // namespace
}  // namespace fovea::core
