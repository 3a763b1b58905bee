#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "codec/h264_units.h"
#include "core/clock.h"
#include "core/image.h"
#include "core/result.h"
#include "ffmpeg/buffer_limit.h"
#include "ffmpeg/frame_converter.h"
#include "ffmpeg/pointers.h"
#include "ffmpeg/rtp_io.h"
#include "video/source.h"

namespace fovea::ffmpeg {

// What to open and what may be opened on the way.
struct Input {
  std::string url;                                           // of a file
  std::optional<RtpInput> rtp;                               // in place of a file
  std::string shown;                                         // for messages, without secrets
  std::vector<std::pair<std::string, std::string>> options;  // of FFmpeg's formats
  // Look into the video for what its header leaves out. A camera's SDP tells the codec, and looking
  // would hold back its first picture for seconds.
  bool probes = true;
  bool passes_h264 = false;  // hand H.264 on as it comes, see video::SourceOptions
};

// Reads and decodes the video of one file or stream, step by step. MJPEG is not decoded. Parts that
// are damaged are passed over. Every call ends when its `stop` is requested, and with an error when
// nothing came for video::silence_max, or no first picture within video::first_picture_max.
// Threads: one at a time.
class VideoReader {
 public:
  // Errors: timeout, io, bad_input (no video, or a format that is not allowed), unsupported (a
  // codec that is not allowed), closed (`stop`), and those of `rtp`.
  static core::Result<std::unique_ptr<VideoReader>> open(const Input& input,
                                                         const core::Clock& clock,
                                                         const std::stop_token& stop);
  ~VideoReader();
  VideoReader(const VideoReader&) = delete;
  VideoReader& operator=(const VideoReader&) = delete;

  // Goes to the next picture; false at the end.
  core::Result<bool> advance(const std::stop_token& stop);

  double time_s() const { return time_s_; }  // of the current picture, from the start of the video
  core::Timestamp arrived() const { return arrived_; }  // its last bytes
  core::Result<video::Picture::Content> picture();      // the current one; an error passes one over

  // What is passed on cannot be shown in the order in which it comes; better decode it.
  bool reorders() const { return framer_ && framer_->reorders(); }

  core::Status rewind();  // to the start of a file

  double fps() const { return fps_; }  // 0: unknown
  double duration_s() const;           // 0: unknown
  std::string description() const;     // "h264 768x432, 12.5 fps"
  video::SourceFacts facts() const;
  uint64_t damaged_count() const { return damaged_count_; }

 private:
  VideoReader(const Input& input, const core::Clock& clock);
  core::Status open_format(const Input& input);
  core::Status choose_stream(const Input& input);
  core::Status open_decoder(const Input& input);
  core::Result<video::Picture::Content> passed_picture();
  core::Result<bool> advance_passed(core::SteadyTime due);
  core::Result<bool> advance_decoded(core::SteadyTime due);
  core::Result<bool> read_packet(core::SteadyTime due);
  std::span<const uint8_t> packet_bytes() const;
  core::Error error_of(int code, const std::string& doing) const;
  void note_time(int64_t timestamp);

  const std::string shown_;
  const core::Clock& clock_;
  Watch watch_;
  std::unique_ptr<RtpIo> rtp_;  // null: a file
  FormatPtr format_;
  BufferLimit limit_{foreign_stream_bytes_max};  // of a camera's pictures
  CodecPtr codec_;                               // null: pictures are passed on as they come
  std::optional<codec::H264Framer> framer_;      // of H.264 that is passed on
  std::optional<core::EncodedPicture> passed_;   // its current picture
  PacketPtr packet_ = make_packet();
  FramePtr frame_ = make_frame();
  FrameConverter converter_;
  int stream_ = -1;
  double fps_ = 0;
  double time_s_ = 0;
  bool started_ = false;
  core::Timestamp arrived_;
  uint64_t damaged_count_ = 0;
  int damaged_in_a_row_ = 0;
};

}  // namespace fovea::ffmpeg
