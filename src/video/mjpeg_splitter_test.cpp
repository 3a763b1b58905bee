#include "video/mjpeg_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/jpeg.h"
#include "core/limits.h"
#include "video/test_pictures.h"

namespace fovea::video {
namespace {

using core::Bytes;

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes bytes_of(const core::Buffer& buffer) {
  return Bytes(buffer.span().begin(), buffer.span().end());
}

Bytes text(std::string_view words) { return Bytes(words.begin(), words.end()); }

std::vector<Bytes> split_mjpeg(const Bytes& stream, size_t piece, MjpegSplitter& splitter) {
  std::vector<Bytes> pictures;
  for (size_t at = 0; at < stream.size(); at += piece) {
    splitter.push({stream.data() + at, std::min(piece, stream.size() - at)});
    while (auto picture = splitter.take()) pictures.push_back(bytes_of(*picture));
  }
  return pictures;
}

// A JPEG whose APP1 segment holds a whole JPEG, as cameras' thumbnails do.
Bytes with_thumbnail(const Bytes& jpeg, const Bytes& thumbnail) {
  const size_t length = thumbnail.size() + 2;
  const Bytes head = {0xff, 0xd8, 0xff, 0xe1, uint8_t(length >> 8), uint8_t(length)};
  return head + thumbnail + Bytes(jpeg.begin() + 2, jpeg.end());
}

class MjpegSplitterTest : public ::testing::Test {
 protected:
  const Bytes first_ = bytes_of(test_jpeg({48, 32}, 1));
  const Bytes second_ = bytes_of(test_jpeg({40, 24}, 2));
  MjpegSplitter splitter_;
};

TEST_F(MjpegSplitterTest, CutAnywhereGivesTheSamePictures) {
  const Bytes stream = first_ + text("--boundary\r\n\r\n") + second_ + first_;
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    MjpegSplitter splitter;
    std::vector<Bytes> pictures;
    for (const auto& part : {Bytes(stream.begin(), stream.begin() + ptrdiff_t(cut)),
                             Bytes(stream.begin() + ptrdiff_t(cut), stream.end())}) {
      splitter.push(part);
      while (auto picture = splitter.take()) pictures.push_back(bytes_of(*picture));
    }
    ASSERT_EQ(pictures.size(), 3u) << "cut at " << cut;
    ASSERT_EQ(pictures[0], first_) << "cut at " << cut;
    ASSERT_EQ(pictures[1], second_) << "cut at " << cut;
    ASSERT_EQ(pictures[2], first_) << "cut at " << cut;
    ASSERT_EQ(splitter.skipped_bytes(), 14u) << "cut at " << cut;
  }
}

TEST_F(MjpegSplitterTest, PiecesOfEverySize) {
  const Bytes stream = first_ + second_;
  for (size_t piece = 1; piece < 70; ++piece) {
    MjpegSplitter splitter;
    const auto pictures = split_mjpeg(stream, piece, splitter);
    ASSERT_EQ(pictures.size(), 2u) << piece;
    ASSERT_EQ(pictures[1], second_) << piece;
  }
}

TEST_F(MjpegSplitterTest, ThumbnailStaysInside) {
  const Bytes picture = with_thumbnail(first_, second_);
  const auto pictures = split_mjpeg(picture + first_, 7, splitter_);
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_EQ(pictures[0], picture);
}

TEST_F(MjpegSplitterTest, BrokenPictureIsCountedAndTheNextOneComes) {
  const Bytes half(first_.begin(), first_.begin() + ptrdiff_t(first_.size() / 2));
  const auto pictures = split_mjpeg(half + second_, 11, splitter_);
  ASSERT_EQ(pictures.size(), 1u);
  EXPECT_EQ(pictures[0], second_);
  EXPECT_EQ(splitter_.broken_count(), 1u);
}

TEST_F(MjpegSplitterTest, BrokenInsideASegmentIsFoundAgain) {
  const Bytes head(first_.begin(), first_.begin() + 12);  // inside of the APP0 segment
  const auto pictures = split_mjpeg(head + second_ + second_ + first_, 13, splitter_);
  ASSERT_GE(pictures.size(), 2u);
  EXPECT_EQ(pictures.back(), first_);
}

TEST_F(MjpegSplitterTest, EndlessPictureIsGivenUp) {
  Bytes endless = first_;
  endless.resize(first_.size() - 2);
  splitter_.push(endless);
  const Bytes noise(1 << 20, 0x55);
  for (size_t sent = 0; sent <= core::limits::frame_bytes_max + noise.size();
       sent += noise.size()) {
    splitter_.push(noise);
    EXPECT_FALSE(splitter_.take());
  }
  EXPECT_EQ(splitter_.broken_count(), 1u);
  EXPECT_FALSE(splitter_.inside_picture());
  splitter_.push(second_);
  auto picture = splitter_.take();
  ASSERT_TRUE(picture);
  EXPECT_EQ(bytes_of(*picture), second_);
}

TEST_F(MjpegSplitterTest, GarbageIsPassedOver) {
  const auto pictures = split_mjpeg(Bytes(100'000, 0xff) + text("no picture"), 4096, splitter_);
  EXPECT_TRUE(pictures.empty());
  EXPECT_GT(splitter_.skipped_bytes(), 99'000u);
}

}  // namespace
}  // namespace fovea::video
