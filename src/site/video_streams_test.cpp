#include "site/video_streams.h"

#include <gtest/gtest.h>

#include <atomic>

#include "codec/h264_fixture.h"
#include "core/limits.h"
#include "testing/fake_clock.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using testing::wait_until;

constexpr core::Size coded_size{16, 8};

// A grey picture, as bright as its frame's number.
class GreyPicture final : public codec::VideoPicture {
 public:
  explicit GreyPicture(uint8_t level) : level_(level) {}
  core::Size size() const override { return coded_size; }
  core::Result<core::Image> image(core::Size, core::PixelFormat format) const override {
    core::Bytes pixels(core::image_bytes(format, coded_size), level_);
    if (format == core::PixelFormat::i420) {
      std::fill(pixels.begin() + coded_size.width * coded_size.height, pixels.end(), 128);
    }
    return core::Image{format, coded_size, std::move(pixels)};
  }

 private:
  const uint8_t level_;
};

// Decodes "key N" always, and "delta N" where it has decoded N - 1: as strict as a real one.
class StrictDecoder final : public codec::VideoDecoder {
 public:
  StrictDecoder(std::atomic<int>& pushed, std::atomic<bool>& held) : pushed_(pushed), held_(held) {}
  core::Result<codec::VideoPicturePtr> push(std::span<const uint8_t> unit) override {
    ++pushed_;
    while (held_) std::this_thread::sleep_for(1ms);  // a picture that takes long
    const std::string text(unit.begin(), unit.end());
    const size_t space = text.find(' ');
    if (space == std::string::npos) return damaged();
    const int number = std::stoi(text.substr(space + 1));
    if (text.starts_with("delta") && number != newest_ + 1) return damaged();
    newest_ = number;
    return codec::VideoPicturePtr(std::make_shared<GreyPicture>(uint8_t(number)));
  }

 private:
  core::Error damaged() {
    newest_ = -1;
    return {core::Code::bad_input, "damaged"};
  }
  std::atomic<int>& pushed_;
  std::atomic<bool>& held_;
  int newest_ = -1;
};

class VideoStreamsTest : public ::testing::Test {
 protected:
  VideoStreams::Hooks hooks() {
    return {
        [this](Work work) {
          while (hold_) std::this_thread::sleep_for(1ms);  // a slow gate
          std::lock_guard lock(mutex_);
          decoded_.push_back(std::move(work));
        },
        [this](const Work&, const core::Error&) { ++failed_; },
        [this](const std::string&, const FramePtr& jpeg) {
          std::lock_guard lock(mutex_);
          jpegs_.push_back(jpeg);
        },
        [this](const std::string&) { ++key_wishes_; },
        [this](const std::string&, size_t count) { dropped_ += int(count); },
        [this](const Work&, double) { ++spent_; },
    };
  }

  // Frame `number` of the stream, which builds on the one before unless it is a key frame.
  bool send(int number, bool key, bool infer = true, const std::string& damage = "") {
    core::EncodedFrame frame(core::Timestamp(number * 66ms), uint64_t(number));
    frame.codec = core::Codec::h264;
    frame.key = key;
    frame.reference = key ? 0 : uint64_t(number - 1);
    frame.size = coded_size;
    frame.data =
        core::Buffer(damage.empty() ? (key ? "key " : "delta ") + std::to_string(number) : damage);
    Work work;
    work.device = device_;
    work.frame = std::make_shared<core::EncodedFrame>(std::move(frame));
    work.received = clock_.steady();
    return streams_->offer(std::move(work), infer);
  }

  std::vector<uint64_t> decoded() {
    std::lock_guard lock(mutex_);
    std::vector<uint64_t> numbers;
    for (const auto& work : decoded_) numbers.push_back(work.frame->sequence);
    return numbers;
  }
  std::vector<uint64_t> jpegs() {
    std::lock_guard lock(mutex_);
    std::vector<uint64_t> numbers;
    for (const auto& jpeg : jpegs_) numbers.push_back(jpeg->sequence);
    return numbers;
  }
  static int level(const FramePtr& jpeg) {
    const auto grey = codec::JpegDecoder().decode(jpeg->data.span(), core::PixelFormat::gray8);
    EXPECT_TRUE(grey);
    return grey->pixels.data()[0];
  }

  testing::FakeClock clock_;
  testing::TestContext test_context_;
  core::Context context_{test_context_.context().log, clock_, test_context_.metrics()};
  std::mutex mutex_;  // guards decoded_ and jpegs_
  std::vector<Work> decoded_;
  std::vector<FramePtr> jpegs_;
  std::string device_ = "gate";
  std::atomic<int> pushed_ = 0;
  std::atomic<bool> held_ = false;  // the decoder waits
  std::atomic<int> failed_ = 0;
  std::atomic<int> key_wishes_ = 0;
  std::atomic<int> dropped_ = 0;
  std::atomic<int> spent_ = 0;
  DecodeBudget budget_{1u << 30, test_context_.metrics()};
  std::atomic<bool> hold_ = false;
  std::unique_ptr<VideoStreams> streams_ = std::make_unique<VideoStreams>(
      [this](size_t) {
        return core::Result<std::unique_ptr<codec::VideoDecoder>>(
            std::make_unique<StrictDecoder>(pushed_, held_));
      },
      budget_, hooks(), context_);
};

using Numbers = std::vector<uint64_t>;

TEST_F(VideoStreamsTest, EveryFrameIsDecodedInOrderForASession) {
  EXPECT_TRUE(send(1, true));
  for (int i = 2; i <= 20; ++i) EXPECT_TRUE(send(i, false));
  ASSERT_TRUE(wait_until([&] { return decoded().size() == 20; }));
  std::lock_guard lock(mutex_);
  codec::JpegDecoder jpeg;
  for (size_t i = 0; i < decoded_.size(); ++i) {
    ASSERT_EQ(decoded_[i].frame->sequence, i + 1);
    const auto grey = decode_covering(decoded_[i], coded_size, core::PixelFormat::gray8, jpeg);
    EXPECT_EQ(grey->pixels.data()[0], i + 1) << "the frame's own picture";
  }
  EXPECT_EQ(key_wishes_, 0);
}

TEST_F(VideoStreamsTest, WhatBuildsOnALostFrameIsRefusedUpToTheNextKeyFrame) {
  EXPECT_FALSE(send(3, false)) << "joined in the middle";
  EXPECT_TRUE(send(4, true));
  EXPECT_TRUE(send(5, false));
  ASSERT_TRUE(wait_until([&] { return decoded() == Numbers({4, 5}); }));
  EXPECT_FALSE(send(7, false));
  EXPECT_FALSE(send(8, false));
  EXPECT_EQ(key_wishes_, 3);
  EXPECT_TRUE(send(9, true));
  ASSERT_TRUE(wait_until([&] { return decoded() == Numbers({4, 5, 9}); }));
  EXPECT_EQ(failed_, 0);
}

TEST_F(VideoStreamsTest, NothingIsDecodedForNobody) {
  for (int i = 1; i <= 5; ++i) EXPECT_TRUE(send(i, i == 1, false));
  EXPECT_EQ(streams_->newest_group("gate").size(), 5u);
  const auto still = streams_->still("gate");
  ASSERT_TRUE(still) << still.error().message;
  EXPECT_EQ((*still)->sequence, 5u);
  EXPECT_NEAR(level(*still), 5, 3);
  EXPECT_EQ(pushed_, 5) << "all but by the one who asked";
  EXPECT_NEAR(level(*streams_->still("gate", 3)), 3, 3);
  EXPECT_EQ(streams_->still("gate", 77).error().code, core::Code::not_found);
  EXPECT_EQ(streams_->still("yard").error().code, core::Code::not_found);
  EXPECT_TRUE(decoded().empty());
}

TEST_F(VideoStreamsTest, JpegIsMadeWhileSomebodyWantsItAndBeginsAtOnce) {
  for (int i = 1; i <= 5; ++i) send(i, i == 1, false);
  auto token = streams_->want_jpeg("gate");
  const auto second = streams_->want_jpeg("gate");
  send(6, false, false);
  ASSERT_TRUE(wait_until([&] { return jpegs() == Numbers({6}); })) << "in the middle of a group";
  EXPECT_EQ((*streams_->still("gate"))->sequence, 6u);
  token.reset();
  send(7, false, false);
  ASSERT_TRUE(wait_until([&] { return jpegs() == Numbers({6, 7}); })) << "the other one still does";
  EXPECT_EQ(test_context_.value("fovea_site_jpeg_encoded_total"), 2);
}

TEST_F(VideoStreamsTest, AfterTheLastOneHasGoneNoJpegIsMade) {
  auto token = streams_->want_jpeg("gate");
  send(1, true, false);
  ASSERT_TRUE(wait_until([&] { return jpegs().size() == 1; }));
  token.reset();
  send(2, false, false);
  send(3, false, true);
  ASSERT_TRUE(wait_until([&] { return decoded() == Numbers({3}); }));
  EXPECT_EQ(jpegs().size(), 1u);
}

TEST_F(VideoStreamsTest, ADecoderThatIsLateGoesOnWithTheNextKeyFrame) {
  hold_ = true;
  send(1, true);
  ASSERT_TRUE(wait_until([&] { return pushed_ == 1; }));
  for (int i = 2; i <= 10; ++i) send(i, false);
  clock_.advance(5s);
  hold_ = false;
  ASSERT_TRUE(wait_until([&] { return dropped_ == 9; }));
  EXPECT_GT(key_wishes_, 0);
  send(11, false);
  ASSERT_TRUE(wait_until([&] { return dropped_ == 10; }))
      << "it builds on one that was passed over";
  send(12, true);
  ASSERT_TRUE(wait_until([&] { return decoded() == Numbers({1, 12}); }));
  EXPECT_EQ(pushed_, 2);
}

TEST_F(VideoStreamsTest, AKeyFrameTakesThePlaceOfWhatWaits) {
  hold_ = true;
  send(1, true);
  ASSERT_TRUE(wait_until([&] { return pushed_ == 1; }));
  for (int i = 2; i <= 10; ++i) send(i, false);
  send(11, true);
  hold_ = false;
  ASSERT_TRUE(wait_until([&] { return decoded() == Numbers({1, 11}); }));
  EXPECT_EQ(dropped_, 9);
}

TEST_F(VideoStreamsTest, DamageIsToldAndMendedByTheNextKeyFrame) {
  send(1, true);
  send(2, false, true, "damage");
  ASSERT_TRUE(wait_until([&] { return failed_ == 1; }));
  send(3, false);
  ASSERT_TRUE(wait_until([&] { return dropped_ == 1; }));
  send(4, true);
  ASSERT_TRUE(wait_until([&] { return decoded() == Numbers({1, 4}); }));
  EXPECT_GE(key_wishes_, 2);
}

TEST_F(VideoStreamsTest, WhatIsOldOrForgottenPassesForNothingLive) {
  auto token = streams_->want_jpeg("gate");
  for (int i = 1; i <= 5; ++i) send(i, i == 1);
  ASSERT_TRUE(wait_until([&] { return decoded().size() == 5; }));
  EXPECT_EQ(streams_->newest_group("gate").size(), 5u);
  clock_.advance(6s);
  EXPECT_TRUE(streams_->newest_group("gate").empty()) << "the stream has stopped";
  EXPECT_TRUE(streams_->still("gate")) << "the last picture there is";
  streams_->forget("gate");
  streams_->forget("nobody");
  EXPECT_FALSE(streams_->still("gate"));
  EXPECT_FALSE(send(6, false)) << "what it builds on is forgotten";
  EXPECT_TRUE(send(7, true));
  ASSERT_TRUE(wait_until([&] { return decoded().back() == 7; }))
      << "with a thread of its own again";
}

TEST_F(VideoStreamsTest, AStillOnDemandIsMadeOnceASecond) {
  for (int i = 1; i <= 3; ++i) send(i, i == 1, false);
  const auto first = streams_->still("gate");
  ASSERT_TRUE(first);
  send(4, false, false);
  EXPECT_EQ(*streams_->still("gate"), *first);
  EXPECT_EQ(pushed_, 3);
  clock_.advance(1100ms);
  EXPECT_EQ((*streams_->still("gate"))->sequence, 4u);
}

TEST_F(VideoStreamsTest, EndsWhileFramesCome) {
  std::atomic<bool> done = false;
  std::jthread camera([&] {
    for (int i = 1; !done; ++i) send(i, i % 10 == 1);
  });
  ASSERT_TRUE(wait_until([&] { return decoded().size() > 5; }));
  streams_->stop();
  done = true;
  camera.join();
  EXPECT_FALSE(send(1, true)) << "it has ended";
}

// Two cameras under one name, one of which sends JPEG: each of its frames forgets the other's.
TEST_F(VideoStreamsTest, ForgettingWaitsForNoDecoder) {
  held_ = true;
  EXPECT_TRUE(send(1, true));
  ASSERT_TRUE(wait_until([&] { return pushed_ == 1; }));
  for (int i = 2; i < 200; ++i) {
    streams_->forget("gate");
    EXPECT_TRUE(send(i, true));
  }
  EXPECT_EQ(streams_->streams(), 1u) << "and makes no thread of each";
  EXPECT_EQ(pushed_, 1) << "the decoder still holds the first picture";
  held_ = false;
  ASSERT_TRUE(wait_until([&] { return !decoded().empty() && decoded().back() == 199; }));
}

TEST_F(VideoStreamsTest, StreamsThatEndedAreForgottenWithTheirThreads) {
  for (int i = 0; i < 50; ++i) {
    device_ = "large" + std::to_string(i);
    EXPECT_TRUE(send(1, true));
  }
  ASSERT_TRUE(wait_until([&] { return decoded().size() == 50; }));
  EXPECT_EQ(streams_->streams(), 50u);
  streams_->prune();
  EXPECT_EQ(streams_->streams(), 50u);
  clock_.advance(11s);
  device_ = "gate";
  EXPECT_TRUE(send(1, true));
  EXPECT_TRUE(wait_until([&] {
    streams_->prune();
    return streams_->streams() == 1;
  }));
}

TEST_F(VideoStreamsTest, NamesWithoutEndAreRefused) {
  for (size_t i = 0; i < 2 * core::limits::devices_max; ++i) {
    device_ = "large" + std::to_string(i);
    ASSERT_TRUE(send(1, true, false));
  }
  device_ = "one more";
  EXPECT_FALSE(send(1, true, false));
  EXPECT_EQ(streams_->streams(), 2 * core::limits::devices_max);
}

TEST_F(VideoStreamsTest, AllStreamsTogetherKeepNoMoreThanTheirBytes) {
  const std::string filler(4u << 20, ' ');
  size_t kept = 0;
  for (int i = 0; i < 40; ++i) {
    device_ = "cam" + std::to_string(i);
    EXPECT_TRUE(send(1, true, false, "key 1 " + filler));
  }
  for (int i = 0; i < 40; ++i) {
    for (const auto& frame : streams_->newest_group("cam" + std::to_string(i))) {
      kept += frame->data.size();
    }
  }
  EXPECT_LE(kept, size_t{64} << 20);
  EXPECT_GT(kept, size_t{56} << 20);
}

TEST_F(VideoStreamsTest, FramesThatWaitForASlowDecoderHaveAnEnd) {
  held_ = true;
  EXPECT_TRUE(send(1, true));
  ASSERT_TRUE(wait_until([&] { return pushed_ == 1; }));
  const std::string filler(6u << 20, ' ');
  for (int i = 2; i <= 5; ++i)
    EXPECT_TRUE(send(i, false, true, "delta " + std::to_string(i) + " " + filler));
  EXPECT_EQ(dropped_, 3) << "three are beyond 16 MiB: only a key frame helps";
  held_ = false;
  EXPECT_TRUE(send(6, true));
  ASSERT_TRUE(wait_until([&] {
    return decoded() == Numbers({1, 6}) || decoded() == Numbers({1, 5, 6});
  }));
}

class AnyDecoder final : public codec::VideoDecoder {
 public:
  explicit AnyDecoder(std::atomic<int>& pushed) : pushed_(pushed) {}
  core::Result<codec::VideoPicturePtr> push(std::span<const uint8_t>) override {
    ++pushed_;
    return codec::VideoPicturePtr(std::make_shared<GreyPicture>(9));
  }

 private:
  std::atomic<int>& pushed_;
};

// What parameters ask for is refused before a decoder sees them, where there is not so much.
TEST_F(VideoStreamsTest, ADecodersMemoryIsAskedForBeforehand) {
  const auto text = [](const core::Bytes& bytes) {
    return std::string(bytes.begin(), bytes.end());
  };
  const std::string large = text(codec::key_picture(codec::sequence(240, 135, 5, 51)));  // 169 MiB
  const std::string small = text(codec::key_picture(codec::sequence(20, 12, 1, 30)));
  DecodeBudget budget(300u << 20, test_context_.metrics());
  streams_ = std::make_unique<VideoStreams>(
      [this](size_t) {
        return core::Result<std::unique_ptr<codec::VideoDecoder>>(
            std::make_unique<AnyDecoder>(pushed_));
      },
      budget, hooks(), context_);
  const auto held = [&] { return test_context_.value("fovea_decoder_bytes") / (1 << 20); };
  EXPECT_TRUE(send(1, true, true, large));
  ASSERT_TRUE(wait_until([&] { return decoded().size() == 1; }));
  EXPECT_NEAR(held(), 169, 2);
  device_ = "second";
  EXPECT_TRUE(send(1, true, true, large));
  ASSERT_TRUE(wait_until([&] { return failed_ == 1; }));
  EXPECT_EQ(pushed_, 1) << "the decoder has not seen it";
  EXPECT_TRUE(send(2, true, true, small));
  ASSERT_TRUE(wait_until([&] { return decoded().size() == 2; })) << "others go on";
  EXPECT_TRUE(send(3, false, true, large));
  ASSERT_TRUE(wait_until([&] { return failed_ == 2; })) << "nor do parameters come in between";
  device_ = "gate";
  EXPECT_TRUE(send(2, true, true, small));
  ASSERT_TRUE(wait_until([&] { return decoded().size() == 3; }));
  EXPECT_LT(held(), 5) << "smaller ones give the rest back";
  streams_.reset();
  EXPECT_EQ(held(), 0);
  EXPECT_EQ(spent_, 5) << "time is told of what failed, too";
}

}  // namespace
}  // namespace fovea::site
