#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

struct AVCodecContext;
struct AVFrame;

namespace fovea::ffmpeg {

// What pictures of a stream that comes from outside may take in a decoder: 8K with six references.
inline constexpr size_t foreign_stream_bytes_max = 512u << 20;

// What a decoder's pictures may take together, counted where FFmpeg allocates them. A stream's
// header tells beforehand what it needs, but FFmpeg may read it otherwise than we do, so that this
// is what holds: a picture that does not fit is refused to the decoder, and the others go on. Owned
// by the decoder's owner, before the codec; pictures may outlive it. Threads: of the codec.
class BufferLimit {
 public:
  // No picture of the codec is larger than a fifth of it: references and pictures on their way
  // make it at least that many.
  explicit BufferLimit(size_t bytes_max);
  void install(AVCodecContext& codec);  // before avcodec_open2()

  // Whether a picture was refused since the last call.
  bool take_refused() { return refused_.exchange(false); }

 private:
  static int get_buffer(AVCodecContext* codec, AVFrame* frame, int flags);
  bool take(size_t bytes);

  const size_t bytes_max_;
  const std::shared_ptr<std::atomic<size_t>> taken_;  // shared with the pictures
  std::atomic<bool> refused_ = false;
};

}  // namespace fovea::ffmpeg
