#include "core/polygon.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace fovea::core {
namespace {

TEST(PolygonTest, ReadsWhatItWrites) {
  const auto polygon = parse_polygon(" 0.25,0 1,0  1,0.5 ");
  ASSERT_TRUE(polygon) << polygon.error().message;
  EXPECT_EQ(*polygon, (Polygon{{0.25, 0}, {1, 0}, {1, 0.5}}));
  EXPECT_EQ(to_text(*polygon), "0.25,0 1,0 1,0.5");
  EXPECT_EQ(*parse_polygon(to_text(*polygon)), *polygon);
}

TEST(PolygonTest, RefusesWhatIsNone) {
  std::string many;
  for (size_t i = 0; i <= limits::polygon_corners_max; ++i) many += "0.5,0.5 ";
  for (const std::string& text :
       {std::string(), std::string("0,0 1,1"), std::string("0,0 1,0 2,1"),
        std::string("0,0 1,0 -0.1,1"), std::string("0,0 1,0 1"), std::string("0,0 1,0 1;1"),
        std::string("0,0 1,0 nan,1"), std::string("a,b c,d e,f"), many}) {
    EXPECT_FALSE(parse_polygon(text)) << text;
  }
}

TEST(PolygonTest, KnowsInsideFromOutside) {
  const Polygon notch = {{0, 0}, {1, 0}, {1, 1}, {0.5, 0.2}, {0, 1}};
  EXPECT_TRUE(contains(notch, {0.1, 0.5}));
  EXPECT_TRUE(contains(notch, {0.5, 0.1}));
  EXPECT_FALSE(contains(notch, {0.5, 0.9}));
  EXPECT_FALSE(contains(notch, {1.1, 0.5}));
}

}  // namespace
}  // namespace fovea::core
