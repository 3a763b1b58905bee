#include "ffmpeg/rtsp_source.h"

#include <fmt/format.h>

#include <mutex>

#include "ffmpeg/video_reader.h"
#include "video/live_reader.h"

namespace fovea::ffmpeg {

namespace {

using core::Code;
using core::Error;
using video::Picture;

Input make_input(const std::string& spec, const video::SourceOptions& options) {
  const auto silence_us = std::chrono::microseconds(video::silence_max).count();
  Input input;
  input.url = spec;
  input.shown = video::masked_spec(spec);
  input.format = "rtsp";
  input.options = {{"rtsp_transport", "tcp"},
                   {"timeout", std::to_string(silence_us)},
                   {"allowed_media_types", options.inspect ? "video+audio" : "video"},
                   {"protocol_whitelist", "rtsp,rtp,tcp,tls"},
                   // What a hostile server could lead FFmpeg into from there.
                   {"format_whitelist", "rtsp"},
                   {"fflags", "nobuffer"}};
  input.probes = false;
  input.passes_h264 = video::passes_h264(options);
  return input;
}

class RtspSource final : public video::Source {
 public:
  RtspSource(const std::string& spec, const video::SourceOptions& options,
             const core::Context& context)
      : input_(make_input(spec, options)),
        clock_(context.clock),
        log_(context.log),
        broken_count_(context.metrics.counter("fovea_source_pictures_broken_total",
                                              "Pictures that could not be read, skipped.")),
        live_(
            "rtsp", options.fps, context.clock, [this](std::stop_token stop) { return read(stop); },
            video::first_picture_max) {}

  core::Result<Picture> next(std::stop_token stop) override { return live_.next(stop); }

  std::string description() const override { return input_.shown; }

  video::SourceFacts facts() const override {
    const std::lock_guard lock(mutex_);
    return facts_;
  }

 private:
  // On the live reader's thread.
  core::Result<Picture> read(const std::stop_token& stop) {
    if (!reader_) {
      auto reader = VideoReader::open(input_, clock_, stop);
      if (!reader) return reader.error();
      reader_ = std::move(*reader);
      const std::lock_guard lock(mutex_);
      facts_ = reader_->facts();
    }
    while (true) {
      auto more = reader_->advance(stop);
      if (!more) return more.error();
      if (!*more) {
        if (stop.stop_requested()) return Error{Code::closed, "stopped"};
        return Error{Code::io, input_.shown + " has ended the stream"};
      }
      auto content = reader_->picture();
      if (reader_->reorders()) {
        log_.info("the H.264 shows pictures in another order than it sends them: decoding it");
        input_.passes_h264 = false;
        reader_.reset();
        return read(stop);
      }
      if (content) return Picture{reader_->arrived(), std::move(*content), nullptr};
      broken_count_.add();
    }
  }

  Input input_;
  const core::Clock& clock_;
  const core::Log log_;
  core::Counter& broken_count_;
  std::unique_ptr<VideoReader> reader_;
  mutable std::mutex mutex_;  // guards facts_
  video::SourceFacts facts_;
  video::LiveReader live_;  // last, so that its thread ends first
};

}  // namespace

core::Result<std::unique_ptr<video::Source>> open_rtsp_source(const std::string& spec,
                                                              const video::SourceOptions& options,
                                                              const core::Context& context) {
  const size_t host = spec.find("://") + 3;
  if (host >= spec.size() || spec[host] == '/') {
    return Error{Code::bad_input, "the URL names no host: " + video::masked_spec(spec) +
                                      "; write it as rtsp://HOST/PATH"};
  }
  return std::unique_ptr<video::Source>(std::make_unique<RtspSource>(spec, options, context));
}

}  // namespace fovea::ffmpeg
