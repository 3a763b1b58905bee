#include "site/costly_pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <mutex>

#include "codec/change_detector.h"
#include "core/limits.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::site {
namespace {

using ::testing::HasSubstr;
using testing::wait_until;

// Left half dark, right half bright.
core::Buffer halves(core::Size size) {
  core::Bytes pixels;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) pixels.push_back(x < size.width / 2 ? 40 : 200);
  }
  return *codec::JpegEncoder().encode({core::PixelFormat::gray8, size, std::move(pixels)}, 85);
}

class CostlyPicturesTest : public ::testing::Test {
 protected:
  CostlyPictures::Hooks hooks() {
    return {
        [](const Work&) {
          return core::Size{513, 513};
        },
        [this](Work work) {
          std::lock_guard lock(mutex_);
          decoded_.push_back(std::move(work));
          nice_ = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
        },
        [this](const Work&, const core::Error& error) {
          std::lock_guard lock(mutex_);
          failed_ = error;
        },
        [this](const std::string&) { ++replaced_; },
        [this](const Work& work, double ms) {
          std::lock_guard lock(mutex_);
          spent_ms_[work.device] += ms;
        },
    };
  }
  Work work(const std::string& device, const core::Buffer& jpeg) {
    auto frame = std::make_shared<core::EncodedFrame>(context_.context().clock.now(), ++sequence_);
    frame->size = codec::read_jpeg_info(jpeg.span())->size;
    frame->data = jpeg;
    Work made;
    made.device = device;
    made.frame = frame;
    made.received = context_.context().clock.steady();
    return made;
  }
  size_t decoded() {
    std::lock_guard lock(mutex_);
    return decoded_.size();
  }
  std::optional<core::Error> failed() {
    std::lock_guard lock(mutex_);
    return failed_;
  }

  testing::TestContext context_;
  std::mutex mutex_;  // guards what the hooks leave
  std::vector<Work> decoded_;
  std::optional<core::Error> failed_;
  std::map<std::string, double> spent_ms_;
  int nice_ = 0;
  std::atomic<int> replaced_ = 0;
  uint64_t sequence_ = 0;
  DecodeBudget budget_{64u << 20, context_.metrics()};
};

TEST_F(CostlyPicturesTest, ItIsTheHeaderThatTells) {
  const auto frame = [](core::Size size, core::Bytes bytes) {
    return core::EncodedFrame(core::Timestamp(), 1,
                              {core::Codec::jpeg, true, size, core::Buffer(std::move(bytes))});
  };
  core::Bytes scans;
  for (int i = 0; i < 10; ++i) scans.insert(scans.end(), {0xff, 0xda, 1, 2, 3});
  EXPECT_FALSE(CostlyPictures::is_costly(frame({1920, 1080}, core::Bytes(500'000))));
  EXPECT_TRUE(CostlyPictures::is_costly(frame({1920, 1080}, scans))) << "progressive";
  EXPECT_FALSE(CostlyPictures::is_costly(frame({640, 360}, scans)));
  EXPECT_TRUE(CostlyPictures::is_costly(frame({640, 360}, core::Bytes(2 << 20))));
  EXPECT_TRUE(CostlyPictures::is_costly(frame({3840, 2160}, core::Bytes(500'000))));
  auto video = frame({3840, 2160}, {});
  video.codec = core::Codec::h264;
  EXPECT_FALSE(CostlyPictures::is_costly(video)) << "it has a thread of its own anyway";
}

TEST_F(CostlyPicturesTest, APictureIsDecodedOnceOnAThreadThatGivesWay) {
  CostlyPictures costly(1, budget_, hooks(), context_.context());
  costly.offer(work("yard", halves({2600, 1700})));
  ASSERT_TRUE(wait_until([&] { return decoded() == 1; }));
  const Work& done = decoded_[0];
  EXPECT_GT(nice_, 0);
  EXPECT_GT(done.video_ms, 0);
  EXPECT_EQ(spent_ms_["yard"], done.video_ms);
  ASSERT_TRUE(done.picture);
  EXPECT_EQ(done.picture->size(), (core::Size{2600, 1700}));
  codec::JpegDecoder unused;
  const auto rgb = decode_covering(done, {513, 513}, core::PixelFormat::rgb24, unused);
  ASSERT_TRUE(rgb);
  EXPECT_EQ(rgb->size, (core::Size{1300, 850}));
  const auto cover = codec::ChangeDetector::thumbnail_cover({2600, 1700});
  const auto grey = decode_covering(done, cover, core::PixelFormat::gray8, unused);
  ASSERT_TRUE(grey);
  EXPECT_LT(grey->size.width, 200);
  EXPECT_EQ(grey->pixels.size(), size_t(grey->size.width * grey->size.height));
  EXPECT_NEAR(grey->pixels.data()[grey->size.width / 4], 40, 3);
  EXPECT_NEAR(grey->pixels.data()[grey->size.width * 3 / 4], 200, 3);
}

// Twelve kilobytes that say that they are 16 megapixels in ten scans.
TEST_F(CostlyPicturesTest, WhatIsBeyondTheBudgetIsRefusedBeforeItIsDecoded) {
  CostlyPictures costly(1, budget_, hooks(), context_.context());
  const auto small = halves({16, 16});
  core::Bytes bomb(small.data(), small.data() + small.size());
  for (size_t i = 0; i + 8 < bomb.size(); ++i) {
    if (bomb[i] != 0xff || bomb[i + 1] != 0xc0) continue;
    bomb[i + 1] = 0xc2;
    bomb[i + 5] = bomb[i + 7] = 6500 >> 8;
    bomb[i + 6] = bomb[i + 8] = 6500 & 0xff;
    break;
  }
  for (int i = 0; i < 5; ++i) bomb.insert(bomb.end(), {0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0});
  ASSERT_TRUE(codec::read_jpeg_info(bomb));
  costly.offer(work("yard", core::Buffer(bomb)));
  ASSERT_TRUE(wait_until([&] { return failed().has_value(); }));
  EXPECT_THAT(failed()->message, HasSubstr("takes 81 MiB"));
  EXPECT_EQ(failed()->code, core::Code::busy);
  costly.offer(work("gate", halves({2600, 1700})));
  EXPECT_TRUE(wait_until([&] { return decoded() == 1; })) << "others go on";
  EXPECT_EQ(context_.value("fovea_decoder_bytes"), 0);
}

TEST_F(CostlyPicturesTest, ADeviceThatFloodsHasItsTurnLikeOthers) {
  CostlyPictures costly(1, budget_, hooks(), context_.context());
  const auto large = halves({4000, 3000});
  const auto small = halves({2300, 1900});
  std::map<std::string, int> done;
  for (int i = 0; i < 200; ++i) {
    costly.offer(work("flood", large));
    costly.offer(work("flood", large));
    costly.offer(work("honest", small));
    const size_t before = decoded();
    ASSERT_TRUE(wait_until([&] { return decoded() > before; }));
  }
  EXPECT_GT(replaced_, 0);
  std::lock_guard lock(mutex_);
  for (const auto& each : decoded_) ++done[each.device];
  EXPECT_GT(done["honest"], done["flood"]) << "turns are of time, not of pictures";
}

}  // namespace
}  // namespace fovea::site
