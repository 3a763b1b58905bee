#include "video/h264_splitter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "codec/h264_units.h"
#include "core/limits.h"
#include "testing/process.h"

namespace fovea::video {
namespace {

core::Bytes video(const std::vector<std::string>& options) {
  std::vector<std::string> command = {
      "ffmpeg", "-v",  "error", "-f",      "lavfi",    "-i",      "testsrc=size=320x180:rate=10",
      "-t",     "2",   "-c:v",  "libx264", "-pix_fmt", "yuv420p", "-g",
      "5",      "-bf", "0"};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {"-f", "h264", "-"});
  const std::string text = testing::run_command(command);
  return {text.begin(), text.end()};
}

std::vector<core::Buffer> split_h264(const core::Bytes& stream, size_t piece,
                                     H264Splitter& splitter) {
  std::vector<core::Buffer> units;
  for (size_t at = 0; at < stream.size(); at += piece) {
    splitter.push({stream.data() + at, std::min(piece, stream.size() - at)});
    while (auto unit = splitter.take()) units.push_back(*std::move(unit));
  }
  return units;
}

TEST(H264Splitter, GivesOneUnitForEachPictureHoweverItIsCut) {
  // With several slices to a picture, and with a delimiter before each.
  for (const auto& options : std::vector<std::vector<std::string>>{
           {"-slices", "1"}, {"-slices", "4"}, {"-x264opts", "aud=1:slices=2"}}) {
    const auto stream = video(options);
    H264Splitter whole;
    const auto units = split_h264(stream, stream.size(), whole);
    ASSERT_EQ(units.size(), 19u) << "of 20, the last is not known to be whole";
    core::Bytes together;
    for (size_t i = 0; i < units.size(); ++i) {
      const auto info = codec::read_h264_info(units[i].span());
      ASSERT_TRUE(info) << info.error().message;
      EXPECT_EQ(info->idr, i % 5 == 0) << i;
      together.insert(together.end(), units[i].span().begin(), units[i].span().end());
    }
    EXPECT_TRUE(std::equal(together.begin(), together.end(), stream.begin()));
    for (const size_t piece : {1u, 3u, 1000u, 4096u}) {
      H264Splitter splitter;
      const auto again = split_h264(stream, piece, splitter);
      ASSERT_EQ(again.size(), units.size()) << piece;
      for (size_t i = 0; i < units.size(); ++i) {
        EXPECT_EQ(again[i].text(), units[i].text()) << piece << ", unit " << i;
      }
    }
  }
}

TEST(H264Splitter, WhatNeverEndsIsThrownAwayAndWhatFollowsIsFound) {
  H264Splitter splitter;
  const core::Bytes head = {0, 0, 0, 1, 5, 0x88};
  splitter.push(head);
  const core::Bytes filling(1 << 20, 0x55);
  for (size_t given = 0; given <= core::limits::frame_bytes_max; given += filling.size()) {
    splitter.push(filling);
    ASSERT_FALSE(splitter.take());
  }
  EXPECT_EQ(splitter.broken_count(), 1u);
  EXPECT_EQ(split_h264(video({"-slices", "1"}), 4096, splitter).size(), 19u);
}

}  // namespace
}  // namespace fovea::video
