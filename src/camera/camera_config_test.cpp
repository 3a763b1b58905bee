#include "camera/camera_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace fovea::camera {
namespace {

using ::testing::HasSubstr;

std::string problem(const std::string& text) {
  auto reader = core::YamlReader::parse(text, "c.yaml");
  if (!reader) return reader.error().message;
  read_cameras(reader->root(), "site");
  const auto good = reader->finish();
  return good ? "" : good.error().message;
}

TEST(CameraConfig, ReadsEverything) {
  ::setenv("FOVEA_CAMERA_TEST", "s3cret", 1);
  auto reader = core::YamlReader::parse(
      "cameras:\n"
      "  - name: yard\n"
      "    source: rtsp://u:${FOVEA_CAMERA_TEST}@h/x\n"
      "    size: 640x360\n    fps: 12.5\n    codec: jpeg\n    quality: 70\n    rotate: 90\n"
      "    flip: both\n    crop: 100x50+4+2\n    loop: false\n    publish_truth: true\n"
      "    adapt: false\n    privacy: ['0,0 0.5,0 0.5,0.5']\n"
      "  - {name: b, source: 'folder:/x'}\n",
      "c.yaml");
  ASSERT_TRUE(reader);
  const auto cameras = read_cameras(reader->root(), "site");
  EXPECT_TRUE(reader->finish()) << reader->finish().error().message;
  ASSERT_EQ(cameras.size(), 2u);
  const auto& yard = cameras[0];
  EXPECT_EQ(yard.stream, (core::StreamId{"site", "yard"}));
  EXPECT_EQ(yard.source, "rtsp://u:s3cret@h/x");
  EXPECT_EQ(yard.source_written, "rtsp://u:${FOVEA_CAMERA_TEST}@h/x");
  EXPECT_EQ(yard.source_options.secrets->masked("a s3cret"), "a ${FOVEA_CAMERA_TEST}");
  EXPECT_EQ(yard.source_options.size, (core::Size{640, 360}));
  EXPECT_EQ(yard.source_options.fps, 12.5);
  EXPECT_EQ(yard.codec, FrameCodec::jpeg);
  EXPECT_EQ(yard.quality, 70);
  EXPECT_FALSE(yard.adapt);
  EXPECT_EQ(yard.privacy, (PrivacyAreas{{{0, 0}, {0.5, 0}, {0.5, 0.5}}}));
  EXPECT_EQ(yard.source_options.transform.rotate, 90);
  EXPECT_TRUE(yard.source_options.transform.flip_vertical);
  EXPECT_EQ(yard.source_options.transform.crop, (video::Crop{4, 2, 100, 50}));
  EXPECT_FALSE(yard.source_options.loop);
  EXPECT_TRUE(yard.publish_truth);
  EXPECT_EQ(cameras[1].codec, FrameCodec::as_source);
  EXPECT_EQ(cameras[1].quality, quality_default);
  EXPECT_FALSE(cameras[1].ends_on_bad_source);
}

TEST(CameraConfig, ProblemsNameTheLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"cameras:\n  - name: a\n", "c.yaml:2: a camera needs a 'source'"},
      {"cameras:\n  - source: folder:/x\n", "c.yaml:2: a camera needs a 'name'"},
      {"cameras:\n  - {name: a b, source: 'folder:/x'}\n", "c.yaml:2: 'cameras[0].name' is wrong"},
      {"cameras:\n  - {name: a, source: 'gopher:/x'}\n", "no source is called 'gopher:/x'"},
      {"cameras:\n  - {name: a, source: 'folder:/x', qualty: 3}\n", "did you mean 'quality'?"},
      {"cameras:\n  - {name: a, source: 'folder:/x', size: 0x0}\n", "is no size"},
      {"cameras:\n  - {name: a, source: 'folder:/x', rotate: 45}\n", "rotate is 0, 90, 180"},
      {"cameras:\n  - {name: a, source: 'folder:/x', flip: up}\n", "flip is none"},
      {"cameras:\n  - {name: a, source: 'folder:/x', codec: av1}\n",
       "the codec is jpeg, h264 or auto"},
      {"cameras:\n  - {name: a, source: 'folder:/x'}\n  - {name: a, source: 'folder:/y'}\n",
       "c.yaml:3: 'cameras[1].name' is used by another camera"},
      {"cameras:\n  - {name: a-main, source: 'folder:/x'}\n",
       "'cameras[0].name' is wrong: camera name 'a-main': names that end with -main"},
      {"cameras:\n  - {name: a, source: 'folder:/x', main: 'folder:/z', crop: 64x64+0+0, "
       "privacy: ['0,0 0.5,0 0.5,0.5']}\n",
       "privacy areas would lie elsewhere in it"},
      {"cameras:\n  - {name: a, source: 'folder:/x', fps: 0.1}\n", "fps"},
  };
  for (const auto& [text, message] : cases) EXPECT_THAT(problem(text), HasSubstr(message)) << text;
}

}  // namespace
}  // namespace fovea::camera
