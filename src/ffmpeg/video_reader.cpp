#include "ffmpeg/video_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "codec/jpeg.h"
#include "core/limits.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

namespace fovea::ffmpeg {

namespace {

using core::Code;
using core::Error;

constexpr int damaged_in_a_row_max = 300;

// Of cameras: what it takes to read these, and no other decoder of FFmpeg's dozens.
constexpr const char* camera_codecs = "h264,hevc,mjpeg,mpeg4";

// FFmpeg asks here whether a call of its own shall end.
int interrupt(void* watch) { return static_cast<const Watch*>(watch)->is_over() ? 1 : 0; }

std::string words_of(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> words{};
  av_strerror(code, words.data(), words.size());
  return words.data();
}

}  // namespace

VideoReader::VideoReader(const Input& input, const core::Clock& clock)
    : shown_(input.shown),
      clock_(clock),
      watch_{clock, {}, {}},
      rtp_(input.rtp ? std::make_unique<RtpIo>(*input.rtp, watch_) : nullptr) {}

VideoReader::~VideoReader() = default;

core::Error VideoReader::error_of(int code, const std::string& doing) const {
  if (watch_.stop.stop_requested()) return {Code::closed, "stopped"};
  if (rtp_ && rtp_->failure()) return *rtp_->failure();
  switch (code) {
    case AVERROR_EXIT:
      return {Code::timeout,
              fmt::format("{} has been silent for {} s", shown_, video::silence_max.count())};
    case AVERROR_INVALIDDATA:
      return {Code::bad_input,
              fmt::format("{} is no video that can be read, or it is cut short", shown_)};
    case AVERROR_EOF: return {Code::io, fmt::format("{} has ended the stream", shown_)};
    default: return {Code::io, fmt::format("{} {}: {}", doing, shown_, words_of(code))};
  }
}

core::Result<std::unique_ptr<VideoReader>> VideoReader::open(const Input& input,
                                                             const core::Clock& clock,
                                                             const std::stop_token& stop) {
  std::unique_ptr<VideoReader> reader(new VideoReader(input, clock));
  reader->watch_.stop = stop;
  reader->watch_.deadline = clock.steady() + video::silence_max;
  if (auto opened = reader->open_format(input); !opened) return opened.error();
  if (auto chosen = reader->choose_stream(input); !chosen) return chosen.error();
  if (auto opened = reader->open_decoder(input); !opened) return opened.error();
  return reader;
}

core::Status VideoReader::open_format(const Input& input) {
  AVFormatContext* context = avformat_alloc_context();
  if (!context) return Error{Code::internal, "no memory for a video"};
  context->interrupt_callback = {interrupt, &watch_};
  if (rtp_) context->pb = rtp_->description();
  AVDictionary* options = nullptr;
  for (const auto& [name, value] : input.options) {
    av_dict_set(&options, name.c_str(), value.c_str(), 0);
  }
  const AVInputFormat* only = rtp_ ? av_find_input_format("sdp") : nullptr;
  const int opened = avformat_open_input(&context, input.url.c_str(), only, &options);
  av_dict_free(&options);
  if (opened < 0) return error_of(opened, "opening");  // FFmpeg has freed the context
  format_.reset(context);
  if (rtp_) context->pb = rtp_->packets();
  return {};
}

core::Status VideoReader::choose_stream(const Input& input) {
  AVFormatContext* context = format_.get();
  const int found = input.probes ? avformat_find_stream_info(context, nullptr) : 0;
  if (found < 0) return error_of(found, "reading");
  stream_ = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (stream_ < 0) return Error{Code::bad_input, shown_ + " holds no video"};
  for (unsigned i = 0; i < context->nb_streams; ++i) {
    if (int(i) != stream_) context->streams[i]->discard = AVDISCARD_ALL;
  }
  const AVRational rate = av_guess_frame_rate(context, context->streams[stream_], nullptr);
  if (rate.num > 0 && rate.den > 0) fps_ = av_q2d(rate);
  return {};
}

core::Status VideoReader::open_decoder(const Input& input) {
  const AVCodecParameters* parameters = format_->streams[stream_]->codecpar;
  if (parameters->codec_id == AV_CODEC_ID_MJPEG) return {};
  if (parameters->codec_id == AV_CODEC_ID_H264 && input.passes_h264) {
    framer_.emplace();
    framer_->learn({parameters->extradata, size_t(std::max(0, parameters->extradata_size))});
    return {};
  }
  const AVCodec* kind = avcodec_find_decoder(parameters->codec_id);
  if (!kind) {
    const bool known = parameters->codec_id != AV_CODEC_ID_NONE;
    return Error{Code::unsupported,
                 fmt::format("{}: this FFmpeg cannot decode {}", shown_,
                             known ? avcodec_get_name(parameters->codec_id) : "its kind of video")};
  }
  codec_.reset(avcodec_alloc_context3(kind));
  if (!codec_ || avcodec_parameters_to_context(codec_.get(), parameters) < 0) {
    return Error{Code::internal, "no memory for a decoder"};
  }
  codec_->thread_count = 1;  // frame threads would hold pictures back
  codec_->max_pixels = core::limits::picture_pixels_max;
  if (rtp_) {
    av_opt_set(codec_.get(), "codec_whitelist", camera_codecs, 0);
    limit_.install(*codec_);
  }
  if (avcodec_open2(codec_.get(), kind, nullptr) < 0) {
    return Error{Code::bad_input,
                 fmt::format("{}: the decoder of {} does not take it", shown_, kind->name)};
  }
  return {};
}

// False at the end. What comes must come before `due`, and each of it without a long silence.
core::Result<bool> VideoReader::read_packet(core::SteadyTime due) {
  while (true) {
    watch_.deadline = std::min(due, clock_.steady() + video::silence_max);
    av_packet_unref(packet_.get());
    if (rtp_) rtp_->begin_picture();
    const int got = av_read_frame(format_.get(), packet_.get());
    if (got == AVERROR_EOF && !watch_.is_over()) return false;
    if (got == AVERROR_INVALIDDATA && ++damaged_in_a_row_ < damaged_in_a_row_max) {
      ++damaged_count_;
      continue;
    }
    if (got == AVERROR_EOF) return error_of(AVERROR_EXIT, "reading");
    if (got < 0) return error_of(got, "reading");
    if (packet_->stream_index != stream_ || packet_->size == 0) continue;
    arrived_ = clock_.now();
    if (!codec_) damaged_in_a_row_ = 0;  // else a picture says that all is well again
    return true;
  }
}

core::Result<bool> VideoReader::advance(const std::stop_token& stop) {
  watch_.stop = stop;
  const std::chrono::seconds patience = started_ ? video::silence_max : video::first_picture_max;
  const auto due = clock_.steady() + patience;
  auto picture = codec_ ? advance_decoded(due) : advance_passed(due);
  if (picture && *picture) {
    note_time(codec_ ? frame_->best_effort_timestamp : packet_->pts);
  } else if (!picture && !started_ && clock_.steady() >= due) {
    return Error{Code::timeout,
                 fmt::format("{} sent no key frame within {} s, so that nothing can be shown; set "
                             "the camera's key frame interval to 2 s",
                             shown_, patience.count())};
  }
  return picture;
}

// A picture that is passed on as it comes; H.264 from its first key frame on.
core::Result<bool> VideoReader::advance_passed(core::SteadyTime due) {
  while (true) {
    auto more = read_packet(due);
    if (!more || !*more || !framer_) return more;
    passed_ = framer_->picture(packet_bytes());
    if (passed_ || reorders()) return true;
    ++damaged_count_;
  }
}

core::Result<bool> VideoReader::advance_decoded(core::SteadyTime due) {
  while (damaged_in_a_row_ < damaged_in_a_row_max) {
    const int decoded = avcodec_receive_frame(codec_.get(), frame_.get());
    if (decoded == 0) {
      damaged_in_a_row_ = 0;
      return true;
    }
    if (decoded == AVERROR_EOF) return false;
    if (decoded != AVERROR(EAGAIN)) {
      ++damaged_count_;
      ++damaged_in_a_row_;
      continue;
    }
    auto more = read_packet(due);
    if (!more) return more;
    if (avcodec_send_packet(codec_.get(), *more ? packet_.get() : nullptr) < 0) {
      ++damaged_count_;
      ++damaged_in_a_row_;
      if (!*more) return false;
    }
  }
  return Error{Code::bad_input, shown_ + " holds nothing but damaged pictures"};
}

void VideoReader::note_time(int64_t timestamp) {
  const AVStream* stream = format_->streams[stream_];
  const double step = fps_ > 0 ? 1 / fps_ : 0.04;
  if (timestamp == AV_NOPTS_VALUE) {
    time_s_ = started_ ? time_s_ + step : 0;
  } else {
    // As numbers that cannot overflow: a file may say anything.
    const double start = stream->start_time == AV_NOPTS_VALUE ? 0 : double(stream->start_time);
    time_s_ = (double(timestamp) - start) * av_q2d(stream->time_base);
  }
  started_ = true;
}

core::Result<video::Picture::Content> VideoReader::picture() {
  if (codec_) {
    auto image = converter_.to_i420(*frame_);
    if (!image) return image.error();
    return video::Picture::Content(std::move(*image));
  }
  return passed_picture();
}

std::span<const uint8_t> VideoReader::packet_bytes() const {
  return {packet_->data, static_cast<size_t>(packet_->size)};
}

core::Result<video::Picture::Content> VideoReader::passed_picture() {
  if (framer_) {
    if (passed_) return video::Picture::Content(*std::exchange(passed_, {}));
    return Error{Code::bad_input, "H.264 without a picture"};
  }
  auto info = codec::read_jpeg_info(packet_bytes());
  if (!info) {
    ++damaged_count_;
    return info.error();
  }
  core::EncodedPicture picture;
  picture.size = info->size;
  picture.data = core::Bytes(packet_bytes().begin(), packet_bytes().end());
  return video::Picture::Content(std::move(picture));
}

core::Status VideoReader::rewind() {
  const AVStream* stream = format_->streams[stream_];
  const int64_t start = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
  int moved = av_seek_frame(format_.get(), stream_, start, AVSEEK_FLAG_BACKWARD);
  if (moved < 0) moved = avformat_seek_file(format_.get(), -1, INT64_MIN, 0, INT64_MAX, 0);
  if (moved < 0) moved = av_seek_frame(format_.get(), -1, 0, AVSEEK_FLAG_BYTE);  // raw streams
  if (moved < 0) return error_of(moved, "starting again");
  if (codec_) avcodec_flush_buffers(codec_.get());
  started_ = false;
  return {};
}

double VideoReader::duration_s() const {
  const AVStream* stream = format_->streams[stream_];
  if (stream->duration != AV_NOPTS_VALUE) {
    return double(stream->duration) * av_q2d(stream->time_base);
  }
  return format_->duration == AV_NOPTS_VALUE ? 0 : double(format_->duration) / AV_TIME_BASE;
}

std::string VideoReader::description() const {
  const AVCodecParameters* parameters = format_->streams[stream_]->codecpar;
  return fmt::format("{} {}x{}, {:.3g} fps", avcodec_get_name(parameters->codec_id),
                     parameters->width, parameters->height, fps_);
}

video::SourceFacts VideoReader::facts() const {
  video::SourceFacts facts;
  facts.codec = avcodec_get_name(format_->streams[stream_]->codecpar->codec_id);
  facts.fps = fps_;
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    facts.has_sound |= format_->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
  }
  return facts;
}

}  // namespace fovea::ffmpeg
