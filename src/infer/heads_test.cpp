#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "infer/class_lists.h"
#include "infer/geometry.h"
#include "infer/head.h"
#include "infer/inspect.h"
#include "infer/nms.h"

namespace fovea::infer {
namespace {

Manifest segmentation(core::Size network, Resize resize, size_t classes) {
  Manifest manifest;
  manifest.head = Head::class_map;
  manifest.input.size = network;
  manifest.input.resize = resize;
  manifest.classes = classes_by_count(classes);
  return manifest;
}

TEST(Heads, every_head_is_in_the_list_once) {
  for (const auto head :
       {Head::class_map, Head::logits_nchw, Head::logits_nhwc, Head::yolox, Head::scores}) {
    EXPECT_EQ(head_decoder(head).head(), head);
  }
  EXPECT_EQ(heads().size(), 5u);
}

TEST(Segmentation, covers_the_whole_frame_when_stretched) {
  const std::vector<uint8_t> map{0, 1, 2, 3, 200, 255};
  Outputs outputs;
  outputs.map_size = {3, 2};
  outputs.class_map = map;
  outputs.confidence = map;
  const auto manifest = segmentation({12, 8}, Resize::stretch, 3);
  const auto got =
      class_map_head().decode({outputs, manifest, {320, 240}, {640, 480}, 0}).value().segmentation;
  ASSERT_TRUE(got);
  EXPECT_EQ(got->area, (core::Area{0, 0, 640, 480}));
  EXPECT_EQ(got->class_map.size, (core::Size{3, 2}));
  // Classes that the manifest does not have become no_class.
  const auto pixels = got->class_map.pixels.span();
  EXPECT_EQ(std::vector<uint8_t>(pixels.begin(), pixels.end()),
            (std::vector<uint8_t>{0, 1, 2, 255, 255, 255}));
  ASSERT_TRUE(got->confidence);
  EXPECT_EQ(got->confidence->pixels.data()[4], 200);
}

TEST(Segmentation, leaves_the_padding_of_a_letterbox_out) {
  // 16x8 into 8x8, centred: 8x4 with two rows above and below; the map has half the size.
  std::vector<uint8_t> map(16, 9);
  for (size_t pixel = 4; pixel < 12; ++pixel) map[pixel] = uint8_t(pixel - 4);
  Outputs outputs;
  outputs.map_size = {4, 4};
  outputs.class_map = map;
  const auto manifest = segmentation({8, 8}, Resize::letterbox_centre, 21);
  const auto got =
      class_map_head().decode({outputs, manifest, {16, 8}, {1600, 800}, 0}).value().segmentation;
  ASSERT_TRUE(got);
  EXPECT_EQ(got->class_map.size, (core::Size{4, 2}));
  EXPECT_EQ(got->class_map.pixels.data()[7], 7);
  EXPECT_EQ(got->area, (core::Area{0, 0, 1600, 800}));
  EXPECT_FALSE(got->confidence);
}

// A YOLOX output for a 64x64 network (64 + 16 + 4 cells), all silent until one is set.
class Yolox : public ::testing::Test {
 protected:
  static constexpr size_t values = 7;  // two classes
  void SetUp() override {
    manifest_.task = Task::detection;
    manifest_.head = Head::yolox;
    manifest_.input.size = {64, 64};
    manifest_.input.resize = Resize::letterbox_top_left;
    manifest_.classes = classes_by_count(2);
  }
  void set(size_t cell, std::array<float, values> content) {
    std::copy(content.begin(), content.end(), raw_.begin() + std::ptrdiff_t(cell * values));
  }
  std::vector<core::Detection> decode(core::Size picture, core::Size frame) {
    Outputs outputs;
    outputs.raw = raw_;
    outputs.raw_shape = {1, 84, values};
    auto prediction = yolox_head().decode({outputs, manifest_, picture, frame, 0.25});
    EXPECT_TRUE(prediction);
    return prediction->detections;
  }
  Manifest manifest_;
  std::vector<float> raw_ = std::vector<float>(84 * values, 0.0F);
};

TEST_F(Yolox, places_boxes_in_the_frame) {
  // Stride 16, row 1, column 2: cell 64 + 6. Centre (2.5, 1.5) * 16 = (40, 24), size 16x32.
  set(64 + 6, {0.5F, 0.5F, 0, std::log(2.0F), 0.9F, 0.1F, 0.8F});
  // 128x64 in 64x64: 64x32, half size; the frame is twice the picture.
  const auto boxes = decode({128, 64}, {256, 128});
  ASSERT_EQ(boxes.size(), 1u);
  EXPECT_EQ(boxes[0].class_index, 1);
  EXPECT_NEAR(boxes[0].score, 0.72, 1e-6);
  EXPECT_NEAR(boxes[0].area.x, 32 * 4, 1e-4);
  EXPECT_NEAR(boxes[0].area.y, 8 * 4, 1e-4);
  EXPECT_NEAR(boxes[0].area.width, 16 * 4, 1e-4);
  EXPECT_NEAR(boxes[0].area.height, 128 - 32, 1e-4);  // cut at the frame's edge
}

TEST_F(Yolox, suppresses_within_a_class_only) {
  const float size = std::log(3.0F);  // 24x24 at stride 8: neighbours overlap by more than 0.45
  set(9, {0.5F, 0.5F, size, size, 0.9F, 0.9F, 0});
  set(10, {-0.3F, 0.5F, size, size, 0.8F, 0.9F, 0});
  set(11, {-1.2F, 0.5F, size, size, 0.7F, 0, 0.9F});
  const auto boxes = decode({64, 64}, {64, 64});
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_NEAR(boxes[0].score, 0.81, 1e-6);
  EXPECT_EQ(boxes[0].class_index, 0);
  EXPECT_EQ(boxes[1].class_index, 1);
}

TEST_F(Yolox, survives_what_a_model_gone_wrong_gives) {
  const float infinite = std::numeric_limits<float>::infinity();
  set(0, {0, 0, infinite, 0, 1, 1, 1});
  set(1, {std::nanf(""), 0, 0, 0, 1, 1, 1});
  set(2, {0, 0, 0, 0, std::nanf(""), 1, 1});
  set(3, {-100, 0, 0, 0, 1, 1, 1});  // outside of the frame
  EXPECT_TRUE(decode({64, 64}, {64, 64}).empty());
  std::fill(raw_.begin(), raw_.end(), 1.0F);
  EXPECT_LE(decode({64, 64}, {64, 64}).size(), 168u);
}

TEST(Nms, counts_corners_as_pixels) {
  EXPECT_DOUBLE_EQ(overlap({0, 0, 9, 9}, {0, 0, 9, 9}), 1);
  EXPECT_DOUBLE_EQ(overlap({0, 0, 9, 9}, {5, 0, 9, 9}), 50.0 / 150);
  EXPECT_DOUBLE_EQ(overlap({0, 0, 9, 9}, {50, 0, 9, 9}), 0);
}

TEST(Geometry, places_pictures_as_yolox_does) {
  const core::Size network{416, 416};
  EXPECT_EQ(place(Resize::stretch, {810, 1080}, network), (Placement{{416, 416}, 0, 0}));
  EXPECT_EQ(place(Resize::letterbox_top_left, {810, 1080}, network), (Placement{{312, 416}, 0, 0}));
  EXPECT_EQ(place(Resize::letterbox_centre, {640, 360}, network), (Placement{{416, 234}, 0, 91}));
  EXPECT_EQ(place(Resize::letterbox_centre, {10000, 1}, network).inner, (core::Size{416, 1}));
}

TEST(Geometry, asks_for_no_more_than_the_frame_has) {
  Manifest manifest = segmentation({416, 416}, Resize::letterbox_top_left, 2);
  EXPECT_EQ(decode_cover(manifest, {810, 1080}), (core::Size{416, 416}));
  EXPECT_EQ(decode_cover(manifest, {100, 50}), (core::Size{100, 50}));
}

ModelShape shape(const std::string& in_type, std::vector<int64_t> in, const std::string& out_type,
                 std::vector<int64_t> out) {
  return {{{"in", in_type, std::move(in)}}, {{"out", out_type, std::move(out)}}};
}

TEST(Inspect, proposes_by_shape) {
  const auto deeplab =
      propose_manifest("a/my net.tflite", shape("u8", {1, 513, 513, 3}, "i64", {1, 513, 513}));
  ASSERT_TRUE(deeplab) << deeplab.error().message;
  EXPECT_EQ(deeplab->name, "my_net");
  EXPECT_EQ(deeplab->file, "my net.tflite");
  EXPECT_EQ(deeplab->head, Head::class_map);
  EXPECT_EQ(deeplab->classes, voc_classes());
  EXPECT_EQ(deeplab->input.resize, Resize::stretch);

  const auto yolox =
      propose_manifest("y.onnx", shape("f32", {1, 3, 416, 416}, "f32", {1, 3549, 85}));
  ASSERT_TRUE(yolox) << yolox.error().message;
  EXPECT_EQ(yolox->head, Head::yolox);
  EXPECT_TRUE(yolox->input.bgr);
  EXPECT_EQ(yolox->input.resize, Resize::letterbox_top_left);
  EXPECT_EQ(yolox->classes, coco_classes());

  EXPECT_EQ(propose_manifest("n", shape("f32", {1, 3, 64, 80}, "f32", {1, 11, 64, 80}))->head,
            Head::logits_nchw);
  EXPECT_EQ(propose_manifest("n", shape("f32", {1, 64, 80, 3}, "f32", {1, 64, 80, 11}))->head,
            Head::logits_nhwc);
  EXPECT_EQ(propose_manifest("n", shape("u8", {1, 224, 224, 3}, "u8", {1, 1001}))->head,
            Head::scores);
}

TEST(Inspect, refuses_what_no_head_reads) {
  for (const auto& strange :
       {shape("f32", {1, 3, 64, 64}, "f32", {1, 100, 85}), shape("f32", {1, 16000}, "f32", {1, 10}),
        shape("f32", {1, 3, -1, -1}, "f32", {1, 5, -1, -1}), ModelShape{}}) {
    const auto manifest = propose_manifest("x.onnx", strange);
    ASSERT_FALSE(manifest);
    EXPECT_EQ(manifest.error().code, core::Code::bad_input);
  }
}

TEST(Heads, check_manifests_against_the_model) {
  Manifest manifest = segmentation({80, 64}, Resize::stretch, 11);
  manifest.input.nchw = true;
  const auto logits = shape("f32", {1, 3, 64, 80}, "f32", {1, 11, 64, 80});
  EXPECT_TRUE(check_input(manifest.input, logits));
  EXPECT_TRUE(logits_nchw_head().check(manifest, logits));
  EXPECT_FALSE(logits_nhwc_head().check(manifest, logits));
  EXPECT_FALSE(class_map_head().check(manifest, logits));
  EXPECT_FALSE(yolox_head().check(manifest, logits));
  manifest.classes = classes_by_count(12);
  EXPECT_NE(logits_nchw_head().check(manifest, logits).error().message.find("12 classes"),
            std::string::npos);
  manifest.input.size = {80, 80};
  EXPECT_FALSE(check_input(manifest.input, logits));
}

}  // namespace
}  // namespace fovea::infer
