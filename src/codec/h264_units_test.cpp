#include "codec/h264_units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "codec/h264_fixture.h"
#include "core/limits.h"
#include "testing/process.h"

namespace fovea::codec {
namespace {

using ::testing::HasSubstr;

core::Bytes as_bytes(const std::string& text) { return {text.begin(), text.end()}; }

// As FFmpeg writes it: ten pictures, a key frame each five.
core::Bytes video(const std::string& size, const std::vector<std::string>& options = {}) {
  std::vector<std::string> command = {"ffmpeg",
                                      "-v",
                                      "error",
                                      "-f",
                                      "lavfi",
                                      "-i",
                                      "testsrc=size=" + size + ":rate=10",
                                      "-t",
                                      "1",
                                      "-c:v",
                                      "libx264",
                                      "-tune",
                                      "zerolatency",
                                      "-g",
                                      "5",
                                      "-slices",
                                      "1"};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {"-f", "h264", "-"});
  return as_bytes(testing::run_command(command));
}

// What belongs to the stream's first picture.
core::Bytes first_unit(const core::Bytes& stream) {
  NalReader reader(stream);
  bool picture = false;
  while (const auto nal = reader.next()) {
    const bool slice = nal->type == 1 || nal->type == 5;
    if (picture && (!slice || begins_picture(*nal))) {
      return {stream.begin(), stream.begin() + ptrdiff_t(nal->begin)};
    }
    picture = picture || slice;
  }
  return stream;
}

// What comes from outside must not pile up: nobody's parameters are so large.
TEST(H264Units, LargeParametersAreNotKept) {
  const core::Bytes stream = video("64x48", {"-pix_fmt", "yuv420p"});
  H264Framer framer;
  framer.learn(stream);
  core::Bytes large = {0, 0, 0, 1, 0x68, 0x01};  // a picture parameter set
  large.resize(1 << 20, 0xff);
  framer.learn(large);
  core::Bytes key = {0, 0, 0, 1};
  NalReader reader(stream);
  auto nal = reader.next();
  while (nal && nal->type != 5) nal = reader.next();
  ASSERT_TRUE(nal) << "a key frame, without its parameters";
  key.insert(key.end(), nal->bytes.begin(), nal->bytes.end());
  const auto frame = framer.picture(key);
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->key);
  EXPECT_GT(frame->data.size(), key.size()) << "it gets them";
  EXPECT_LT(frame->data.size(), key.size() + 1000);
}

TEST(H264Units, TheSizeIsReadFromTheParameters) {
  struct Case {
    const char* size;
    std::vector<std::string> options;
    core::Size expected;
  };
  const Case cases[] = {
      {"320x180", {"-profile:v", "baseline", "-pix_fmt", "yuv420p"}, {320, 180}},
      {"322x182", {"-profile:v", "high", "-pix_fmt", "yuv420p"}, {322, 182}},
      {"1280x720", {"-profile:v", "main", "-pix_fmt", "yuv420p"}, {1280, 720}},
      {"66x50", {"-pix_fmt", "yuv444p"}, {66, 50}},
      {"322x184", {"-pix_fmt", "yuv422p"}, {322, 184}},
      {"640x352", {"-pix_fmt", "yuv420p", "-x264opts", "interlaced=1"}, {640, 352}},
      {"320x180", {"-pix_fmt", "yuv420p", "-x264opts", "cqm=jvt"}, {320, 180}},
  };
  for (const Case& c : cases) {
    const auto info = read_h264_info(first_unit(video(c.size, c.options)));
    ASSERT_TRUE(info) << c.size << ": " << info.error().message;
    EXPECT_TRUE(info->idr);
    EXPECT_TRUE(info->parameters);
    EXPECT_EQ(info->size, c.expected) << c.size << " " << c.options.back();
  }
}

TEST(H264Units, ReorderedPicturesAreNoticed) {
  // x264 says so in its parameters.
  EXPECT_FALSE(read_h264_info(first_unit(video("320x180")))->reorders);
  EXPECT_TRUE(
      read_h264_info(first_unit(video("320x180", {"-tune", "film", "-bf", "2"})))->reorders);
  // An encoder that does not: only the slices do.
  const auto stream = video("320x180", {"-tune", "film", "-bf", "2"});
  NalReader reader(stream);
  bool noticed_by_slice = false;
  while (const auto nal = reader.next()) {
    if (nal->type != uint8_t(NalType::slice)) continue;
    core::Bytes unit = {0, 0, 1};
    unit.insert(unit.end(), nal->bytes.begin(), nal->bytes.end());
    noticed_by_slice = noticed_by_slice || read_h264_info(unit)->reorders;
  }
  EXPECT_TRUE(noticed_by_slice);
}

TEST(H264Units, WhatIsNoPictureIsRefused) {
  EXPECT_FALSE(read_h264_info({}));
  EXPECT_FALSE(read_h264_info(core::Bytes(100, 0)));
  EXPECT_FALSE(read_h264_info(as_bytes("no start code in here")));
  const core::Bytes only_remark = {0, 0, 0, 1, 6, 5, 1, 0x80};
  EXPECT_THAT(read_h264_info(only_remark).error().message, HasSubstr("no picture"));
  auto stream = video("320x180");
  NalReader reader(stream);
  const auto sps = reader.next();
  ASSERT_EQ(sps->type, uint8_t(NalType::sps));
  core::Bytes cut(stream.begin(), stream.begin() + ptrdiff_t(sps->begin) + 8);
  cut.insert(cut.end(), {0, 0, 1, 5, 0x88, 0x84});
  EXPECT_THAT(read_h264_info(cut).error().message, HasSubstr("cut short"));
}

TEST(H264Units, MoreReferencePicturesThanTheLevelAllowsAreRefused) {
  // Gigabytes of a decoder, from a hundred kilobytes.
  const auto huge = read_h264_info(key_picture(sequence(512, 512, 16, 51)));
  ASSERT_FALSE(huge);
  EXPECT_THAT(huge.error().message, HasSubstr("8192x8192 with 16 reference pictures"));
  EXPECT_THAT(huge.error().message, HasSubstr("level 5.1"));
  EXPECT_FALSE(read_h264_info(key_picture(sequence(512, 512, 16, 62)))) << "nor any level";
  EXPECT_FALSE(read_h264_info(key_picture(sequence(20, 12, 17, 51)))) << "the standard has 16";
  EXPECT_FALSE(read_h264_info(key_picture(sequence(240, 135, 6, 51))));
  EXPECT_FALSE(read_h264_info(key_picture(sequence(65536, 65536, 1, 62))));

  const auto good = read_h264_info(key_picture(sequence(240, 135, 5, 51)));
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->size, (core::Size{3840, 2160}));
  EXPECT_EQ(good->decoder_bytes, size_t{240} * 135 * (384 + 160) * 10);
  EXPECT_LT(good->decoder_bytes, core::limits::stream_decoder_bytes_max);
  EXPECT_TRUE(read_h264_info(key_picture(sequence(120, 68, 4, 30))))
      << "a level that says too little";
}

TEST(H264Units, TheLargestOfSeveralParameterSetsCounts) {
  core::Bytes both = sequence(240, 135, 5, 51);
  const core::Bytes small = sequence(20, 12, 1, 51);
  both.insert(both.end(), small.begin(), small.end());
  EXPECT_EQ(read_h264_info(key_picture(both))->decoder_bytes,
            read_h264_info(key_picture(sequence(240, 135, 5, 51)))->decoder_bytes);
}

// A picture that nobody can decode in front, and behind it one of 100 times the size: the decoder
// took a gigabyte for what was declared as 320x192.
TEST(H264Units, ParametersBehindThePictureAreRefused) {
  core::Bytes unit = key_picture(sequence(20, 12, 1, 30));
  const core::Bytes hidden = key_picture(sequence(240, 135, 5, 51));
  unit.insert(unit.end(), hidden.begin(), hidden.end());
  const auto info = read_h264_info(unit);
  ASSERT_FALSE(info);
  EXPECT_THAT(info.error().message, HasSubstr("behind the picture"));
}

TEST(H264Units, ThousandsOfParameterSetsCostLittle) {
  const core::Bytes one = sequence(20, 12, 1, 30);
  core::Bytes flood;
  for (int i = 0; i < 90'000; ++i) flood.insert(flood.end(), one.begin(), one.end());
  const auto before = std::clock();
  for (int i = 0; i < 100; ++i) {
    const auto info = read_h264_info(key_picture(flood));
    ASSERT_FALSE(info);
    EXPECT_THAT(info.error().message, HasSubstr("more than 64 parameter sets"));
    H264Framer framer;
    EXPECT_FALSE(framer.picture(flood));
  }
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC) << "10 ms each, of which copying is the most";
}

TEST(H264Framer, AKeyFrameBringsItsParametersWhereverTheyCame) {
  const auto stream = video("320x180", {"-pix_fmt", "yuv420p"});
  core::Bytes parameters, key, delta;
  NalReader reader(stream);
  while (const auto nal = reader.next()) {
    core::Bytes* part = nullptr;
    if (nal->type == uint8_t(NalType::sps) || nal->type == uint8_t(NalType::pps)) {
      part = &parameters;
    } else if (nal->type == uint8_t(NalType::key_slice) && key.empty()) {
      part = &key;
    } else if (nal->type == uint8_t(NalType::slice) && delta.empty()) {
      part = &delta;
    }
    if (part == nullptr) continue;
    part->insert(part->end(), {0, 0, 0, 1});
    part->insert(part->end(), nal->bytes.begin(), nal->bytes.end());
  }
  H264Framer framer;
  EXPECT_FALSE(framer.picture(delta)) << "nothing to build on";
  EXPECT_FALSE(framer.picture(key)) << "no parameters";
  framer.learn(parameters);
  const auto first = framer.picture(key);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->key);
  EXPECT_EQ(first->number, 1u);
  EXPECT_EQ(first->size, (core::Size{320, 180}));
  EXPECT_TRUE(read_h264_info(first->data.span())->parameters);
  const auto second = framer.picture(delta);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->key);
  EXPECT_EQ(second->number, 2u);
  EXPECT_EQ(second->data.size(), delta.size()) << "untouched";
}

}  // namespace
}  // namespace fovea::codec
