#include "stream/polygon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace fovea::stream {
namespace {

using ::testing::HasSubstr;

const Polygon square = {{0.25, 0.25}, {0.75, 0.25}, {0.75, 0.75}, {0.25, 0.75}};

TEST(Polygon, KnowsWhatIsInside) {
  EXPECT_TRUE(contains(square, {0.5, 0.5}));
  for (const auto outside :
       {core::RelativePoint{0.2, 0.5}, {0.8, 0.5}, {0.5, 0.2}, {0.5, 0.8}, {0, 0}}) {
    EXPECT_FALSE(contains(square, outside));
  }
  // A U: the middle of its upper half is outside.
  const Polygon u = {{0, 0}, {0.3, 0}, {0.3, 0.7}, {0.7, 0.7}, {0.7, 0}, {1, 0}, {1, 1}, {0, 1}};
  EXPECT_FALSE(contains(u, {0.5, 0.3}));
  EXPECT_TRUE(contains(u, {0.5, 0.9}));
  EXPECT_TRUE(contains(u, {0.1, 0.3}));
}

TEST(Polygon, ItsPixelsAreThoseWhoseCentresLieInside) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int round = 0; round < 50; ++round) {
    Polygon polygon;
    for (int i = 0; i < 3 + round % 9; ++i) polygon.push_back({unit(random), unit(random)});
    const core::Size map{40, 23};
    const core::Area area{0, 60, 640, 240};  // the middle of the frame
    const core::Size frame{640, 360};
    const PolygonPixels pixels(polygon, map, area, frame);
    std::vector<bool> inside(40 * 23);
    for (const auto& run : pixels.runs()) {
      for (size_t i = 0; i < run.length; ++i) inside[run.begin + i] = true;
    }
    for (int y = 0; y < map.height; ++y) {
      for (int x = 0; x < map.width; ++x) {
        const core::RelativePoint centre{
            (area.x + (x + 0.5) / map.width * area.width) / frame.width,
            (area.y + (y + 0.5) / map.height * area.height) / frame.height};
        EXPECT_EQ(inside[static_cast<size_t>(y * map.width + x)], contains(polygon, centre))
            << round << ": " << x << ", " << y;
      }
    }
  }
}

TEST(Polygon, CountsOnlyInside) {
  core::Bytes bytes(100, 5);
  bytes[44] = bytes[55] = 7;
  bytes[0] = 7;
  const PolygonPixels pixels(square, {10, 10}, {0, 0, 100, 100}, {100, 100});
  EXPECT_EQ(pixels.count(), 25u);
  EXPECT_EQ(pixels.count(core::Buffer(bytes), 7), 2u);
  EXPECT_EQ(pixels.count(core::Buffer(bytes), 5), 23u);
  // A mask that does not reach the polygon has none of its pixels.
  const PolygonPixels beside(square, {10, 10}, {0, 0, 20, 20}, {100, 100});
  EXPECT_EQ(beside.count(), 0u);
}

TEST(Polygon, IsReadStrictly) {
  const auto problem = [](const std::string& corners) {
    auto reader = core::YamlReader::parse("polygon: " + corners, "a");
    auto root = reader->root();
    read_polygon(root, "polygon");
    const auto good = reader->finish();
    return good ? "" : good.error().message;
  };
  EXPECT_EQ(problem("[[0, 0], [1, 0], [1, 1]]"), "");
  EXPECT_THAT(problem("[[0, 0], [1, 0]]"), HasSubstr("must have 3 to 64 corners, not 2"));
  EXPECT_THAT(problem("[]"), HasSubstr("not 0"));
  EXPECT_THAT(problem("[[0, 0], [1.1, 0], [1, 1]]"), HasSubstr("0 to 1"));
  EXPECT_THAT(problem("[[0, 0], [1], [1, 1]]"), HasSubstr("corners [x, y]"));
  EXPECT_THAT(problem("[[0.5, 0], [0.5, 0.5], [0.5, 1]]"), HasSubstr("has no area"));
  std::string many = "[";
  for (int i = 0; i < 65; ++i) many += (i ? ", [0." : "[0.") + std::to_string(i + 10) + ", 0.5]";
  EXPECT_THAT(problem(many + "]"), HasSubstr("not 65"));
}

}  // namespace
}  // namespace fovea::stream
