#include "evaluate/palettes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evaluate/map_fixture.h"

namespace fovea::evaluate {
namespace {

using ::testing::HasSubstr;

constexpr core::Colour black{0, 0, 0};
constexpr core::Colour orange{230, 159, 0};
constexpr core::Colour white{255, 255, 255};

core::Bytes applied(Palettes& palettes, core::Bytes values,
                    const std::vector<core::Colour>& palette) {
  auto map = map_of(std::move(values));
  EXPECT_TRUE(palettes.apply(map, palette, "a.mask.png"));
  return {map.pixels.span().begin(), map.pixels.span().end()};
}

TEST(Palettes, TheClassesColoursDecide) {
  Palettes palettes({black, orange});
  EXPECT_EQ(applied(palettes, {0, 1, 0}, {black, orange}), (core::Bytes{0, 1, 0}));
  EXPECT_EQ(applied(palettes, {1, 0, 1}, {orange, black}), (core::Bytes{0, 1, 0}));
  EXPECT_EQ(applied(palettes, {7, 0, 7}, {orange, white, white, white, white, white, white, black}),
            (core::Bytes{0, 1, 0}));
  EXPECT_EQ(applied(palettes, {1, 255}, {orange, black}), (core::Bytes{0, 255})) << "left open";
  EXPECT_EQ(palettes.note(), "");
}

TEST(Palettes, OtherColoursAreIndices) {
  Palettes palettes({black, orange});
  EXPECT_EQ(applied(palettes, {0, 1}, {white, {1, 2, 3}}), (core::Bytes{0, 1}));
  EXPECT_EQ(applied(palettes, {0, 1}, {black, {1, 2, 3}}), (core::Bytes{0, 1}));
}

TEST(Palettes, HalfAndHalfIsRefused) {
  Palettes palettes({black, orange});
  auto map = map_of({0, 1, 2});
  const auto refused = palettes.apply(map, {orange, black, white}, "a.mask.png");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("the colour of class 0 (#000000) at 1"));
  EXPECT_THAT(refused.error().message, HasSubstr("at 2 a colour of no class (#ffffff)"));
}

TEST(Palettes, WithoutColoursADifferenceIsTold) {
  Palettes palettes({});
  auto first = map_of({0, 1});
  auto second = map_of({0, 1});
  ASSERT_TRUE(palettes.apply(first, {black, orange}, "00.mask.png"));
  EXPECT_EQ(palettes.note(), "");
  ASSERT_TRUE(palettes.apply(second, {orange, black}, "01.mask.png"));
  EXPECT_THAT(palettes.note(), HasSubstr("the palettes of 00.mask.png and 01.mask.png differ"));
  EXPECT_THAT(palettes.note(), HasSubstr("their indices are taken as they are"));
}

// Programs fill what is left of a palette with anything.
TEST(Palettes, WhatIsNotUsedDoesNotCount) {
  Palettes palettes({});
  auto first = map_of({0, 0});
  auto second = map_of({0, 0});
  ASSERT_TRUE(palettes.apply(first, {black, orange}, "00.mask.png"));
  ASSERT_TRUE(palettes.apply(second, {black, white}, "01.mask.png"));
  EXPECT_EQ(palettes.note(), "");
}

}  // namespace
}  // namespace fovea::evaluate
