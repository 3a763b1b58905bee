#include "ffmpeg/file_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "codec/jpeg.h"
#include "ffmpeg/h264_decoder.h"
#include "testing/process.h"
#include "testing/temporary_directory.h"
#include "testing/test_context.h"

namespace fovea::ffmpeg {
namespace {

namespace fs = std::filesystem;
using core::Code;
using ::testing::HasSubstr;

class FileSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* data = std::getenv("FOVEA_DATA");
    if (!data) GTEST_SKIP() << "needs FOVEA_DATA";
    videos_ = fs::path(data) / "videos";
  }

  core::Result<std::unique_ptr<video::Source>> open(const fs::path& file,
                                                    const video::SourceOptions& options) {
    return open_file_source("file:" + file.string(), options, context_.context());
  }

  // All pictures of one round, unpaced; the last error is checked to be the end.
  int count(const fs::path& file, Code end = Code::closed) {
    auto source = open(file, {.loop = false, .paced = false});
    if (!source) return -1;
    int pictures = 0;
    while (true) {
      auto picture = (*source)->next({});
      if (!picture) {
        EXPECT_EQ(picture.error().code, end) << picture.error().message;
        return pictures;
      }
      ++pictures;
    }
  }

  // The first `share` of a file.
  fs::path cut(const fs::path& file, double share) {
    std::ifstream in(file, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    bytes.resize(size_t(double(bytes.size()) * share));
    return folder_.write("cut.mp4", bytes);
  }

  fs::path videos_;
  fovea::testing::TemporaryDirectory folder_;
  fovea::testing::TestContext context_;
};

TEST_F(FileSourceTest, EveryFrameOfBothVideos) {
  EXPECT_EQ(count(videos_ / "bottle-detection.mp4"), 1189);
  EXPECT_EQ(count(videos_ / "car-detection.mp4"), 377);
}

TEST_F(FileSourceTest, ItsOwnRate) {
  auto source = open(videos_ / "car-detection.mp4", {});
  ASSERT_TRUE(source);
  ASSERT_TRUE((*source)->next({}));
  core::SystemClock clock;
  const auto start = clock.steady();
  for (int i = 0; i < 25; ++i) ASSERT_TRUE((*source)->next({}));
  const double seconds = std::chrono::duration<double>(clock.steady() - start).count();
  EXPECT_GE(seconds, 1.9);  // 25 pictures at 12.5 a second
  EXPECT_LE(seconds, 6);    // a busy machine passes pictures over
}

TEST_F(FileSourceTest, ALowerRateIsThinnedOut) {
  auto source = open(videos_ / "car-detection.mp4", {.fps = 2.5, .loop = false, .paced = false});
  ASSERT_TRUE(source);
  int pictures = 0;
  while ((*source)->next({})) ++pictures;
  EXPECT_NEAR(pictures, 76, 2);
}

TEST_F(FileSourceTest, Loops) {
  auto source = open(videos_ / "car-detection.mp4", {.paced = false});
  ASSERT_TRUE(source);
  for (int i = 0; i < 400; ++i) ASSERT_TRUE((*source)->next({})) << i;
}

TEST_F(FileSourceTest, AFileThatIsCutIsShownAsFarAsItGoes) {
  // With the index in front, as it is made for streaming.
  const auto whole = (folder_ / "whole.mp4").string();
  fovea::testing::run_command({"ffmpeg", "-v", "error", "-i",
                               (videos_ / "bottle-detection.mp4").string(), "-c", "copy",
                               "-movflags", "faststart", whole});
  const int pictures = count(cut(whole, 0.5));
  EXPECT_GT(pictures, 100);
  EXPECT_LT(pictures, 1189);
}

TEST_F(FileSourceTest, AFileThatLostItsIndexSaysSo) {
  auto source = open(cut(videos_ / "bottle-detection.mp4", 0.5), {});
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, Code::bad_input);
  EXPECT_THAT(source.error().message, HasSubstr("cut short"));
}

TEST_F(FileSourceTest, WhatIsNoVideoSaysSo) {
  EXPECT_EQ(open("/nonexistent.mp4", {}).error().code, Code::not_found);
  EXPECT_THAT(open(videos_, {}).error().message, HasSubstr("is a folder; use folder:"));
  for (const char* content : {"", "no video", "#EXTM3U\nhttp://127.0.0.1/x.ts\n"}) {
    auto source = open(folder_.write("x.mp4", content), {});
    ASSERT_FALSE(source) << content;
    EXPECT_EQ(source.error().code, Code::bad_input) << source.error().message;
  }
}

TEST_F(FileSourceTest, MjpegIsPassedThrough) {
  const auto file = (folder_ / "x.avi").string();
  fovea::testing::run_command({"ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                               "testsrc=size=64x48:rate=10", "-t", "1", "-c:v", "mjpeg", file});
  auto source = open(file, {.loop = false, .paced = false});
  ASSERT_TRUE(source) << source.error().message;
  auto picture = (*source)->next({});
  ASSERT_TRUE(picture);
  const auto& frame = std::get<core::EncodedPicture>(picture->content);
  EXPECT_TRUE(codec::JpegDecoder().decode(frame.data.span()));
}

TEST_F(FileSourceTest, H264ByteStreamInPiecesOfEverySize) {
  const auto file = (folder_ / "x.h264").string();
  fovea::testing::run_command({"ffmpeg", "-v", "error", "-i",
                               (videos_ / "car-detection.mp4").string(), "-frames:v", "30", "-an",
                               "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264", file});
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  for (const size_t piece : {size_t(1), size_t(7), size_t(4096), bytes.size()}) {
    auto decoder = open_h264_decoder(context_.context());
    ASSERT_TRUE(decoder);
    size_t pictures = 0;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      auto images = (*decoder)->push({data + at, std::min(piece, bytes.size() - at)});
      ASSERT_TRUE(images) << images.error().message;
      for (const auto& image : *images) EXPECT_EQ(image.size, (core::Size{768, 432}));
      pictures += images->size();
    }
    EXPECT_GE(pictures, 25u) << piece;  // the last ones wait for what follows
  }
}

}  // namespace
}  // namespace fovea::ffmpeg
