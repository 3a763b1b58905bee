#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "ffmpeg/pointers.h"

namespace fovea::ffmpeg {

// Until when, and for whom, a call of FFmpeg's may wait.
struct Watch {
  const core::Clock& clock;
  std::stop_token stop;
  core::SteadyTime deadline;

  bool is_over() const { return stop.stop_requested() || clock.steady() > deadline; }
};

// Video as RTP whose packets somebody else brings, so that FFmpeg opens no connection.
struct RtpInput {
  std::string shown;  // of the camera, for messages
  std::string sdp;
  // Waits for the next packet of RTP or RTCP; its size.
  std::function<core::Result<size_t>(std::span<uint8_t> into, const Watch& watch)> read;
};

// An RtpInput as FFmpeg's reader of SDP wants it (sdp_flags=custom_io): the description as a file,
// then one packet with each read. FFmpeg joins a picture's fragments without a bound, and waits for
// the last of them as long as packets come: a picture of more than limits::frame_bytes_max, or one
// that is not whole at the watch's end, is an error. What FFmpeg would send (RTCP) is dropped.
// Owned by a reader; must outlive its format. Threads: one at a time.
class RtpIo {
 public:
  // `watch` is the reader's and outlives this.
  RtpIo(RtpInput input, const Watch& watch);
  RtpIo(const RtpIo&) = delete;
  RtpIo& operator=(const RtpIo&) = delete;

  AVIOContext* description() { return description_.get(); }
  AVIOContext* packets() { return packets_.get(); }

  // The next picture begins: what is read from now on belongs to it.
  void begin_picture() { picture_bytes_ = 0; }

  // Why no packet came; FFmpeg's own code for it says less.
  const std::optional<core::Error>& failure() const { return failure_; }

 private:
  static int read_description(void* self, uint8_t* into, int size);
  static int read_packet(void* self, uint8_t* into, int size);

  const RtpInput input_;
  const Watch& watch_;
  size_t picture_bytes_ = 0;
  bool too_large_ = false;  // a picture was: nothing more is read
  size_t described_ = 0;    // bytes of the description that were read
  std::optional<core::Error> failure_;
  IoPtr description_;
  IoPtr packets_;
};

}  // namespace fovea::ffmpeg
