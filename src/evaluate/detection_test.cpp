#include "evaluate/detection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/temporary_directory.h"

namespace fovea::evaluate {
namespace {

using ::testing::HasSubstr;

LabelledBox box(int category, double x, double score = 0, bool crowd = false) {
  return {category, {x, 10, 20, 20}, score, crowd};
}

// scenarios/infer/evaluate_test.py compares with pycocotools; here are the corners.
TEST(AveragePrecision, WhatIsAllRightIsOneAndWhatIsAllWrongIsZero) {
  AveragePrecision precision(3);
  precision.add_picture({box(0, 10), box(0, 100), box(1, 10)},
                        {box(0, 10, 0.9), box(0, 100, 0.5), box(1, 200, 0.9)});
  const auto all = precision.of_categories();
  EXPECT_DOUBLE_EQ(*all[0].ap, 1);
  EXPECT_DOUBLE_EQ(*all[1].ap, 0);
  EXPECT_FALSE(all[2].ap) << "there is none of it";
  EXPECT_DOUBLE_EQ(*precision.mean().ap, 0.5);
  EXPECT_FALSE(AveragePrecision(2).mean().ap);
}

TEST(AveragePrecision, ABoxThatFitsRoughlyCountsAtLowLevelsOnly) {
  AveragePrecision precision(1);
  precision.add_picture({box(0, 10)}, {box(0, 14, 0.9)});  // IoU 2/3: 0.50, 0.55, 0.60 and 0.65
  EXPECT_DOUBLE_EQ(*precision.mean().ap_50, 1);
  EXPECT_NEAR(*precision.mean().ap, 0.4, 1e-9);
}

TEST(AveragePrecision, ATrueBoxIsFoundOnceAndAPartOfACrowdIsNoMistake) {
  AveragePrecision twice(1), crowd(1);
  twice.add_picture({box(0, 10), box(0, 100)}, {box(0, 10, 0.9), box(0, 10, 0.8)});
  EXPECT_NEAR(*twice.mean().ap_50, 51.0 / 101, 1e-9) << "half of them, without a mistake before";
  crowd.add_picture({box(0, 10), {0, {100, 0, 200, 200}, 0, true}},
                    {box(0, 110, 0.9), box(0, 10, 0.8)});
  EXPECT_DOUBLE_EQ(*crowd.mean().ap, 1);
}

std::string refusal(const std::string& annotations) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.write("truth.json", annotations);
  const auto data = BoxData::open("coco:pictures:" + file.string());
  return data ? "" : data.error().message;
}

TEST(BoxData, ReadsWhatCocoWrites) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.write("truth.json", R"({
    "categories": [{"id": 18, "name": "dog"}],
    "images": [{"id": 7, "file_name": "a.jpg"}],
    "annotations": [{"image_id": 7, "category_id": 18, "bbox": [1, 2, 3, 4.5], "iscrowd": 1}]})");
  const auto data = BoxData::open("coco:pictures:" + file.string());
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->file(0), "pictures/a.jpg");
  EXPECT_EQ(data->classes()[0].category_id, 18);
  ASSERT_EQ(data->truth(0).size(), 1u);
  EXPECT_TRUE(data->truth(0)[0].crowd);
  EXPECT_EQ(data->truth(0)[0].area, (core::Area{1, 2, 3, 4.5}));
  EXPECT_FALSE(data->read(0)) << "the picture is missing";
}

TEST(BoxData, WhatIsWrongIsNamed) {
  EXPECT_THAT(refusal("[]"), HasSubstr("the JSON is not"));
  EXPECT_THAT(refusal("{"), HasSubstr("the JSON is not"));
  EXPECT_THAT(refusal("{}"), HasSubstr("no images or no categories"));
  EXPECT_THAT(refusal(R"({"categories":[{"id":1}]})"), HasSubstr("categories[0]"));
  EXPECT_THAT(refusal(R"({"images":[7]})"), HasSubstr("images[0]"));
  EXPECT_THAT(refusal(R"({"categories":[{"id":1,"name":"a"}],"images":[{"id":1,"file_name":"a"}],
      "annotations":[{"image_id":1,"category_id":2,"bbox":[0,0,1,1]}]})"),
              HasSubstr("annotations[0]"));
  EXPECT_THAT(refusal(R"({"categories":[{"id":1,"name":"a"}],"images":[{"id":1,"file_name":"a"}],
      "annotations":[{"image_id":1,"category_id":1,"bbox":[0,0,1]}]})"),
              HasSubstr("annotations[0]"));
  EXPECT_THAT(BoxData::open("coco:x").error().message, HasSubstr("coco:PICTURES:ANNOTATIONS.json"));
  EXPECT_THAT(BoxData::open("coco:x:/nowhere.json").error().message, HasSubstr("/nowhere.json"));
}

}  // namespace
}  // namespace fovea::evaluate
