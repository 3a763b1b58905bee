#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "codec/video_codec.h"
#include "core/metrics.h"
#include "core/result.h"
#include "ffmpeg/pointers.h"

namespace fovea::ffmpeg {

// Pictures into an encoder of FFmpeg's and units out of it, where a hardware encoder takes its
// time: what is finished is read before and after each picture, and a picture for which the encoder
// has no room, or that would queue up behind finished units, is left out and counted, so that
// nothing stays late. Owned by an encoder. Threads: one at a time.
class EncoderQueue {
 public:
  // avcodec_send_frame() and avcodec_receive_packet(), or what stands in for them.
  struct Encoder {
    std::function<int(const AVFrame* frame)> send;
    std::function<int(AVPacket* packet)> receive;
  };
  EncoderQueue(Encoder encoder, core::Counter& left_out_count);

  // Units are waiting to be taken: the next picture is better left out.
  bool is_behind() const { return !finished_.empty(); }

  // Offers a picture, whose pts tell it apart, and takes the oldest finished unit.
  // Errors: internal (the encoder failed, or gave nothing back for too long).
  core::Result<std::optional<codec::VideoUnit>> push(const AVFrame& frame,
                                                     core::Timestamp captured);
  bool took() const { return took_; }  // the last picture

  // As push(), for a picture that is left out.
  core::Result<std::optional<codec::VideoUnit>> leave_out();

 private:
  struct Waiting {
    int64_t number;
    core::Timestamp captured;
  };

  core::Status drain();
  core::Result<std::optional<codec::VideoUnit>> take();

  const Encoder encoder_;
  core::Counter& left_out_count_;
  PacketPtr packet_ = make_packet();
  std::deque<Waiting> waiting_;            // sent, and not come out yet
  std::deque<codec::VideoUnit> finished_;  // come out, and not taken yet
  bool took_ = false;
  int barren_calls_ = 0;  // in a row, without a unit
};

}  // namespace fovea::ffmpeg
