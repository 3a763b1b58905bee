#include "evaluate/confusion.h"

#include <gtest/gtest.h>

namespace fovea::evaluate {
namespace {

core::Image map(core::Size size, core::Bytes pixels) {
  return {core::PixelFormat::gray8, size, std::move(pixels)};
}

// The figures are scikit-learn's: jaccard_score(truth, shown, labels=[0, 1, 2], average=None) of
// the pixels whose truth is a class, and accuracy_score of the same.
TEST(Confusion, AgreesWithScikitLearn) {
  Confusion confusion(3);
  const auto truth = map({5, 2}, {0, 0, 0, 1, 1, 1, 2, 2, 255, 0});
  const auto shown = map({5, 2}, {0, 1, 0, 1, 1, 0, 2, 255, 2, 0});
  ASSERT_TRUE(confusion.add(truth, shown));
  const auto iou = confusion.iou();
  EXPECT_DOUBLE_EQ(*iou[0], 0.6);
  EXPECT_DOUBLE_EQ(*iou[1], 0.5);
  EXPECT_DOUBLE_EQ(*iou[2], 0.5);
  EXPECT_DOUBLE_EQ(*confusion.miou(), 1.6 / 3);
  EXPECT_DOUBLE_EQ(*confusion.pixel_accuracy(), 6.0 / 9);
  EXPECT_EQ(confusion.count(2, 3), 1u) << "shown as no class";
}

TEST(Confusion, AClassThatOccursNowhereDoesNotCount) {
  Confusion confusion(4);
  confusion.add(0, 0);
  confusion.add(1, 2);
  const auto iou = confusion.iou();
  EXPECT_EQ(*iou[0], 1);
  EXPECT_EQ(*iou[1], 0);
  EXPECT_EQ(*iou[2], 0) << "shown where it is not";
  EXPECT_FALSE(iou[3]);
  EXPECT_DOUBLE_EQ(*confusion.miou(), 1.0 / 3);
  EXPECT_FALSE(Confusion(2).miou());
  EXPECT_FALSE(Confusion(2).pixel_accuracy());
}

TEST(Confusion, SumsAndRefusesOtherSizes) {
  Confusion one(2), two(2);
  one.add(0, 0);
  two.add(0, 1);
  one.add(two);
  EXPECT_EQ(*one.pixel_accuracy(), 0.5);
  EXPECT_FALSE(one.add(map({2, 1}, {0, 0}), map({1, 2}, {0, 0})));
}

}  // namespace
}  // namespace fovea::evaluate
