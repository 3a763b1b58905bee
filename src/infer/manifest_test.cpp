#include "infer/manifest.h"

#include <gtest/gtest.h>

#include "core/json.h"
#include "core/limits.h"
#include "infer/class_lists.h"
#include "testing/json.h"

namespace fovea::infer {
namespace {

using core::Json;

Json good() {
  return {{"name", "net"},
          {"version", "1"},
          {"task", "segmentation"},
          {"head", "logits_nchw"},
          {"file", "net.onnx"},
          {"input", {{"width", 8}, {"height", 6}, {"layout", "nchw"}}},
          {"classes", {{{"name", "road"}, {"colour", "#0a0b0c"}, {"category_id", 4}}}}};
}

TEST(Manifest, reads_what_it_writes) {
  Manifest manifest;
  manifest.name = "yolox-nano";
  manifest.version = "1.2";
  manifest.task = Task::detection;
  manifest.head = Head::yolox;
  manifest.classes = coco_classes();
  manifest.input = {{416, 320}, true, true, Resize::letterbox_centre, 7, {1.5, 2, 3}, {4, 5, 0.1}};
  manifest.file = "a b.onnx";
  manifest.sha256 = std::string(64, 'a');
  manifest.licence = "Apache-2.0";
  manifest.training_data = "COCO \"2017\"";
  manifest.source = "https://example.org/ü";
  manifest.parent = "yolox-nano 1.1";
  manifest.metrics = {{"map", 0.25}};
  const auto again = parse_manifest(to_json(manifest));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, manifest);
}

TEST(Manifest, has_defaults_for_what_may_be_left_out) {
  const auto manifest = parse_manifest(good().dump());
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_FALSE(manifest->input.bgr);
  EXPECT_EQ(manifest->input.resize, Resize::stretch);
  EXPECT_EQ(manifest->input.scale, (std::array<double, 3>{1, 1, 1}));
  EXPECT_EQ(manifest->classes.at(0), (core::ClassInfo{"road", {10, 11, 12}, 4}));
}

// What is changed in a good manifest, and what the message must say.
struct Wrong {
  const char* pointer;
  Json value;  // null: the key is removed
  const char* message;
};

TEST(Manifest, refuses_what_is_wrong_and_says_where) {
  const std::vector<Wrong> cases{
      {"/name", nullptr, "'name' is missing"},
      {"/name", "../x", "'name' may hold"},
      {"/name", std::string(200, 'x'), "'name' is longer"},
      {"/version", 3, "'version' is not a text"},
      {"/task", "art", "'task' must be one of segmentation, detection, classification"},
      {"/head", "scores", "does not belong to the task"},
      {"/file", "a/b", "'file' must be the plain name"},
      {"/sha256", "12", "'sha256' must be 64"},
      {"/input", nullptr, "'input' is missing"},
      {"/input", 4, "'input' is not an object"},
      {"/input/width", 0, "'input.width' must be a whole number from 1"},
      {"/input/width", 2.5, "'input.width' must be a whole number"},
      {"/input/width", 1e300, "'input.width' must be a whole number"},
      {"/input/layout", "hwc", "'input.layout' must be one of nhwc, nchw"},
      {"/input/padding", 256, "'input.padding'"},
      {"/input/scale", {1, 0, 1}, "'input.scale' must not be zero"},
      {"/input/mean", {1, 2}, "'input.mean' must be three numbers"},
      {"/input/colours", "rgb", "'input.colours' is not known here; did you mean 'colour'?"},
      {"/classes", Json::array(), "'classes' must name at least one"},
      {"/classes", nullptr, "'classes' is missing"},
      {"/classes/0/colour", "red", "'classes[0].colour' must be like"},
      {"/classes/0/name", "", "'classes[0].name' must not be empty"},
  };
  for (const auto& wrong : cases) {
    Json manifest = good();
    testing::put(manifest, wrong.pointer, wrong.value);
    const auto parsed = parse_manifest(manifest.dump());
    ASSERT_FALSE(parsed) << wrong.pointer << " " << wrong.value;
    EXPECT_EQ(parsed.error().code, core::Code::bad_input);
    EXPECT_NE(parsed.error().message.find(wrong.message), std::string::npos)
        << parsed.error().message;
  }
}

TEST(Manifest, keeps_its_limits) {
  EXPECT_FALSE(parse_manifest(""));
  EXPECT_FALSE(parse_manifest("[]"));
  EXPECT_FALSE(parse_manifest(std::string(core::limits::json_bytes_max + 1, ' ')));
  EXPECT_FALSE(parse_manifest(std::string(100000, '[')));
  Json many = good();
  for (size_t index = 0; index < core::limits::classes_max; ++index) {
    many["classes"].push_back(many["classes"][0]);
  }
  const auto parsed = parse_manifest(many.dump());
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message.find("more than the limit of 255"), std::string::npos);
}

TEST(ClassLists, are_those_of_their_data_sets) {
  EXPECT_EQ(coco_classes().size(), 80u);
  EXPECT_EQ(coco_classes()[16].name, "dog");
  EXPECT_EQ(coco_classes()[16].category_id, 18);
  EXPECT_EQ(coco_classes()[79].category_id, 90);
  EXPECT_EQ(voc_classes()[15].name, "person");
  EXPECT_EQ(voc_classes()[15].colour, (core::Colour{192, 128, 128}));  // VOC's devkit
  EXPECT_EQ(classes_by_count(11)[3].name, "road");
  EXPECT_EQ(classes_by_count(7).size(), 7u);
  EXPECT_EQ(classes_by_count(7)[6].name, "class 6");
}

}  // namespace
}  // namespace fovea::infer
