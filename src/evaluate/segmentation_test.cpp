#include "evaluate/segmentation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_model.h"

namespace fovea::evaluate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const core::ClassList data_classes = {{"floor", {}, -1}, {"person", {}, -1}, {"robot", {}, -1}};

// Left half floor, right half person.
class HalfAndHalf final : public DataSet {
 public:
  const core::ClassList& classes() const override { return data_classes; }
  size_t size() const override { return 2; }
  std::string name(size_t index) const override { return "picture " + std::to_string(index); }
  core::Result<Sample> read(size_t) override {
    const core::Size size{8, 4};
    core::Bytes map;
    for (int i = 0; i < 32; ++i) map.push_back(i % 8 < 4 ? 0 : 1);
    return Sample{{core::PixelFormat::rgb24, size, core::Bytes(96, 100)},
                  {core::PixelFormat::gray8, size, std::move(map)}};
  }
};

std::shared_ptr<testing::FakeModel> model(uint8_t shown) {
  testing::FakeModelPlan plan;
  plan.classes = {{"person", {}, -1}, {"sofa", {}, -1}, {"floor", {}, -1}};
  plan.predict = [shown](const core::Image&, core::Size frame) -> core::Result<infer::Prediction> {
    infer::Prediction prediction;
    prediction.segmentation =
        infer::Segmentation{{core::PixelFormat::gray8, {2, 1}, core::Bytes{2, shown}},
                            std::nullopt,
                            {0, 0, double(frame.width), double(frame.height)}};
    prediction.infer_ms = 5;
    return prediction;
  };
  return std::make_shared<testing::FakeModel>(plan);
}

TEST(Segmentation, ClassesAreMatchedByName) {
  const auto matched = match_classes(model(0)->manifest().classes, data_classes);
  ASSERT_TRUE(matched);
  EXPECT_THAT(matched->data_class, ElementsAre(1, ClassMatch::none, 0));
  EXPECT_THAT(match_classes({{"cat", {}, -1}}, data_classes).error().message,
              HasSubstr("matched by name"));
}

TEST(Segmentation, APerfectModelIsPerfect) {
  HalfAndHalf data;
  size_t told = 0;
  const auto result = evaluate_segmentation(*model(0), data, [&](size_t, size_t) { ++told; });
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_DOUBLE_EQ(*result->confusion.miou(), 1);
  EXPECT_DOUBLE_EQ(*result->confusion.pixel_accuracy(), 1);
  EXPECT_THAT(result->unknown, ElementsAre("robot"));
  EXPECT_EQ(result->pictures.size(), 2u);
  EXPECT_EQ(result->infer_ms, 5);
  EXPECT_EQ(told, 3u);
}

TEST(Segmentation, WhatTheDataDoesNotKnowIsAMiss) {
  HalfAndHalf data;
  const auto result = evaluate_segmentation(*model(1), data, [](size_t, size_t) {});
  ASSERT_TRUE(result);
  const auto iou = result->confusion.iou();
  EXPECT_DOUBLE_EQ(*iou[0], 1);
  EXPECT_DOUBLE_EQ(*iou[1], 0);
  EXPECT_FALSE(iou[2]) << "neither true nor found";
  EXPECT_DOUBLE_EQ(*result->confusion.miou(), 0.5);
}

}  // namespace
}  // namespace fovea::evaluate
