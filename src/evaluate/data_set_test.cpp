#include "evaluate/data_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "codec/jpeg.h"
#include "codec/png.h"
#include "testing/temporary_directory.h"
#include "video/scene_classes.h"

namespace fovea::evaluate {
namespace {

using ::testing::HasSubstr;

core::Image grey(core::Size size, uint8_t value) {
  return {core::PixelFormat::gray8, size,
          core::Bytes(size_t(size.width) * size_t(size.height), value)};
}

std::string refusal_of(const std::string& spec) {
  const auto opened = open_data_set(spec);
  return opened ? "" : opened.error().message;
}

TEST(DataSet, SyntheticFramesAreOfTheirSeedAlone) {
  const auto data = open_data_set("synthetic:7-9");
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ((*data)->size(), 3u);
  EXPECT_EQ((*data)->name(2), "seed 9");
  EXPECT_EQ((*data)->classes(), video::scene_classes());
  const auto second = (*data)->read(1);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->picture.size, (core::Size{640, 360}));
  EXPECT_EQ(second->class_map.size, second->picture.size);
  const auto again = (*open_data_set("synthetic:8-8"))->read(0);
  EXPECT_EQ(again->picture.pixels.text(), second->picture.pixels.text());
  EXPECT_EQ(again->class_map.pixels.text(), second->class_map.pixels.text());
  const auto night = (*open_data_set("synthetic:8-8?shift=night"))->read(0);
  EXPECT_NE(night->picture.pixels.text(), second->picture.pixels.text());
}

TEST(DataSet, WhatIsWrongIsSaid) {
  EXPECT_THAT(refusal_of("cityscapes:/x"),
              HasSubstr("camvid:DIR/SPLIT, folder:DIR or synthetic:FIRST-LAST"));
  EXPECT_THAT(refusal_of("camvid:"), HasSubstr("camvid:DIR/SPLIT"));
  EXPECT_THAT(refusal_of("camvid:/nowhere/val"), HasSubstr("/nowhere/val"));
  for (const char* seeds : {"9-7", "7", "7-", "a-b", "1-2x", "-1-5", "1-99999999999"}) {
    EXPECT_THAT(refusal_of("synthetic:" + std::string(seeds)),
                HasSubstr("first and the last seed"));
  }
  EXPECT_THAT(refusal_of("synthetic:1-2?shift=rain"), HasSubstr("shift"));
  EXPECT_THAT(refusal_of("synthetic:0-4294967295"), HasSubstr("at most 1000000"));
}

class CamvidTest : public ::testing::Test {
 protected:
  void add(const std::string& name, core::Size size, std::optional<core::Image> map) {
    const core::Image picture = grey(size, 100);
    const auto jpeg = *codec::JpegEncoder().encode(picture, 90);
    folder_.write("val/" + name + ".jpg", std::string(jpeg.text()));
    if (!map) return;
    folder_.write("valannot/" + name + ".png", std::string(codec::encode_png(*map)->text()));
  }
  std::string spec() const { return "camvid:" + (folder_ / "val").string(); }

  testing::TemporaryDirectory folder_;
};

TEST_F(CamvidTest, ReadsPicturesWithTheirMaps) {
  add("b", {32, 16}, grey({32, 16}, 3));
  add("a", {32, 16}, grey({32, 16}, 11));
  const auto data = open_data_set(spec());
  ASSERT_TRUE(data) << data.error().message;
  ASSERT_EQ((*data)->size(), 2u);
  EXPECT_THAT((*data)->name(0), HasSubstr("a.jpg"));
  const auto sample = (*data)->read(1);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->picture.format, core::PixelFormat::rgb24);
  EXPECT_EQ(sample->class_map.pixels.data()[5], 3);
  EXPECT_EQ((*data)->classes().size(), 11u);
  EXPECT_EQ((*data)->classes()[3].name, "road");
}

TEST_F(CamvidTest, WrongDataIsNamedFileByFile) {
  EXPECT_THAT(refusal_of(spec()), HasSubstr("val"));
  add("alone", {32, 16}, std::nullopt);
  EXPECT_THAT(refusal_of(spec()), HasSubstr("alone.jpg has no class map"));
  add("alone", {32, 16}, grey({16, 16}, 0));
  EXPECT_THAT((*open_data_set(spec()))->read(0).error().message, HasSubstr("its class map 16x16"));
  add("alone", {32, 16}, grey({32, 16}, 12));
  EXPECT_THAT((*open_data_set(spec()))->read(0).error().message,
              HasSubstr("pixel at 0,0 is 12, but the classes are 0 to 10 (11 is none)"));
  folder_.write("valannot/alone.png", "no PNG");
  EXPECT_THAT((*open_data_set(spec()))->read(0).error().message, HasSubstr("alone.png"));
  folder_.write("val/alone.jpg", "no JPEG");
  EXPECT_THAT((*open_data_set(spec()))->read(0).error().message, HasSubstr("alone.jpg"));
}

class FolderTest : public ::testing::Test {
 protected:
  void add_picture(const std::string& name, core::Size size) {
    folder_.write(name, std::string(codec::JpegEncoder().encode(grey(size, 100), 90)->text()));
  }
  void add_map(const std::string& name, const core::Image& map) {
    folder_.write(name, std::string(codec::encode_png(map)->text()));
  }
  std::string spec() const { return "folder:" + folder_.path().string(); }

  testing::TemporaryDirectory folder_;
};

TEST_F(FolderTest, PicturesBesideTheirMaps) {
  EXPECT_THAT(refusal_of(spec()), HasSubstr("holds no pictures"));
  add_picture("a.jpg", {32, 16});
  add_picture("b.jpg", {32, 16});
  EXPECT_THAT(refusal_of(spec()), HasSubstr("a.mask.png is missing"));
  EXPECT_THAT(refusal_of(spec()), HasSubstr("b.mask.png is missing"));
  add_map("a.mask.png", grey({32, 16}, 1));
  add_map("b.mask.png", grey({32, 16}, core::no_class));
  EXPECT_THAT(refusal_of(spec()), HasSubstr("classes.yaml"));
  folder_.write("classes.yaml", "classes: [{name: floor}, {name: person}]");
  const auto data = open_data_set(spec());
  ASSERT_TRUE(data) << data.error().message;
  ASSERT_EQ((*data)->size(), 2u);
  EXPECT_EQ((*data)->classes()[1].name, "person");
  EXPECT_EQ((*data)->read(0)->class_map.pixels.data()[0], 1);
  EXPECT_TRUE((*data)->read(1));
  add_map("b.mask.png", grey({32, 16}, 2));
  EXPECT_THAT((*data)->read(1).error().message, HasSubstr("pixel at 0,0 is 2, but the classes"));
  add_map("b.mask.png", grey({16, 16}, 0));
  EXPECT_THAT((*data)->read(1).error().message, HasSubstr("its class map 16x16"));
}

TEST_F(FolderTest, MapsThatWereSavedInRgb) {
  folder_.write("classes.yaml", "classes: [{name: floor}, {name: person}]");
  add_picture("a.jpg", {2, 1});
  add_map("a.mask.png", {core::PixelFormat::rgb24, {2, 1}, core::Bytes{1, 1, 1, 0, 0, 0}});
  const auto sample = (*open_data_set(spec()))->read(0);
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_EQ(sample->class_map.pixels.data()[0], 1);
  add_map("a.mask.png", {core::PixelFormat::rgb24, {2, 1}, core::Bytes{1, 0, 1, 0, 0, 0}});
  EXPECT_THAT((*open_data_set(spec()))->read(0).error().message, HasSubstr("coloured"));
}

TEST_F(FolderTest, WhatThePageSaves) {
  const std::string stem = "cam_2026-11-24T10-00-00-123456Z";
  add_picture(stem + "_frame-9.jpg", {32, 16});
  add_map(stem + "_mask-8.png", grey({8, 8}, 2));
  folder_.write(stem + "_result-8.json",
                R"({"classes": [{"index": 0, "name": "floor"}, {"index": 2, "name": "person"}]})");
  const auto data = open_data_set(spec());
  ASSERT_TRUE(data) << data.error().message;
  ASSERT_EQ((*data)->classes().size(), 3u);
  EXPECT_EQ((*data)->classes()[2].name, "person");
  const auto sample = (*data)->read(0);
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_EQ(sample->class_map.size, (core::Size{32, 16}));
  EXPECT_EQ(sample->class_map.pixels.data()[511], 2);
}

TEST_F(FolderTest, SnapshotsThatMayBeMistakenAreRefused) {
  add_picture("clip_frame-1.jpg", {32, 16});
  add_map("clip_mask-1.png", grey({8, 8}, 0));
  add_picture("clip_frame-2.jpg", {32, 16});
  EXPECT_THAT(refusal_of(spec()), HasSubstr("clip_frame-2.jpg are of one snapshot"));
  std::filesystem::rename(folder_ / "clip_frame-2.jpg", folder_ / "other_frame-2.jpg");
  add_map("other_mask-2.png", grey({8, 8}, 0));
  folder_.write("clip_result-1.json", R"({"classes": [{"index": 0, "name": "floor"}]})");
  EXPECT_EQ(refusal_of(spec()), "");
  folder_.write("other_result-2.json", R"({"classes": [{"index": 0, "name": "road"}]})");
  EXPECT_THAT(refusal_of(spec()), HasSubstr("of two models"));
}

TEST(DataSet, TheSharedCamvidIsReadInWhole) {
  const char* shared = std::getenv("FOVEA_DATA");
  if (!shared) GTEST_SKIP() << "needs FOVEA_DATA";
  const auto data = open_data_set("camvid:" + std::string(shared) + "/camvid/val");
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ((*data)->size(), 101u);
  for (const size_t index : {size_t(0), size_t(100)}) {
    const auto sample = (*data)->read(index);
    ASSERT_TRUE(sample) << sample.error().message;
    EXPECT_EQ(sample->picture.size, (core::Size{480, 360}));
    for (const uint8_t pixel : sample->class_map.pixels.span()) ASSERT_LE(pixel, 11);
  }
}

}  // namespace
}  // namespace fovea::evaluate
