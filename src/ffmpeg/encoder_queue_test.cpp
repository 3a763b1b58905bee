#include "ffmpeg/encoder_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/test_context.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace fovea::ffmpeg {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

// In place of a hardware encoder: room for `room` pictures; a test says when it finishes one.
struct Hardware {
  int send(const AVFrame* frame) {
    if (inside.size() + done.size() >= room) return AVERROR(EAGAIN);
    inside.push_back(frame->pts);
    return fails ? AVERROR_EXTERNAL : 0;
  }
  int receive(AVPacket* packet) {
    if (done.empty()) return AVERROR(EAGAIN);
    EXPECT_EQ(av_new_packet(packet, 1), 0);
    packet->data[0] = uint8_t(done.front());
    packet->pts = done.front();
    done.pop_front();
    return 0;
  }
  void finish(int count) {
    for (; count > 0 && !inside.empty(); --count) {
      done.push_back(inside.front());
      inside.pop_front();
    }
  }

  size_t room = 4;
  bool fails = false;
  std::deque<int64_t> inside, done;
};

class EncoderQueueTest : public ::testing::Test {
 protected:
  static core::Timestamp at(int64_t number) { return core::Timestamp(1s + number * 40ms); }

  // The next picture as the encoder gives it: the number of the unit that came; -1: none.
  int picture() {
    frame_->pts = next_++;
    auto unit = queue_.is_behind() ? queue_.leave_out() : queue_.push(*frame_, at(frame_->pts));
    EXPECT_TRUE(unit) << unit.error().message;
    if (!unit || !*unit) return -1;
    const int number = (*unit)->data.span()[0];
    EXPECT_EQ((*unit)->captured, at(number)) << "a unit keeps its picture's time";
    return number;
  }
  double left_out() { return context_.value("left_out"); }

  fovea::testing::TestContext context_;
  Hardware hardware_;
  EncoderQueue queue_{{[this](const AVFrame* frame) { return hardware_.send(frame); },
                       [this](AVPacket* packet) { return hardware_.receive(packet); }},
                      context_.metrics().counter("left_out", "")};
  FramePtr frame_ = make_frame();
  int64_t next_ = 0;
};

TEST_F(EncoderQueueTest, OneThatHoldsAPictureBackIsOneLate) {
  std::vector<int> units;
  for (int i = 0; i < 5; ++i) {
    units.push_back(picture());
    hardware_.finish(1);
  }
  EXPECT_THAT(units, ElementsAre(-1, 0, 1, 2, 3));
  EXPECT_EQ(left_out(), 0);
}

TEST_F(EncoderQueueTest, AFullOneLosesPicturesAndNotTheSource) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(picture(), -1);
  EXPECT_EQ(left_out(), 6) << "it has room for four";
  EXPECT_FALSE(queue_.took());
  // It comes to itself: what it held comes out, oldest first, and nothing stays late.
  hardware_.finish(4);
  std::vector<int> units;
  for (int i = 0; i < 7; ++i) {
    units.push_back(picture());
    hardware_.finish(10);
  }
  EXPECT_THAT(units, ElementsAre(0, 1, 2, 3, 10, -1, 15));
  EXPECT_EQ(left_out(), 10);
}

TEST_F(EncoderQueueTest, OneThatGivesNothingBackForLongHasFailed) {
  core::Result<std::optional<codec::VideoUnit>> unit = core::Error{};
  int calls = 0;
  do {
    frame_->pts = next_++;
    unit = queue_.push(*frame_, at(0));
  } while (unit && ++calls < 1000);
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, core::Code::internal);
}

TEST_F(EncoderQueueTest, ARefusalIsAnError) {
  hardware_.fails = true;
  EXPECT_EQ(queue_.push(*frame_, at(0)).error().code, core::Code::internal);
}

}  // namespace
}  // namespace fovea::ffmpeg
