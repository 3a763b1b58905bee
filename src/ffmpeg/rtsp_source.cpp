#include "ffmpeg/rtsp_source.h"

#include <mutex>
#include <span>

#include "ffmpeg/video_reader.h"
#include "rtsp/client.h"
#include "video/live_reader.h"

namespace fovea::ffmpeg {

namespace {

using core::Code;
using core::Error;
using video::Picture;

Input make_input(const std::string& spec, const video::SourceOptions& options) {
  Input input;
  input.shown = video::masked_spec(spec);
  // RTP over TCP comes in order; what FFmpeg could be led into from there does not exist for it.
  input.options = {{"sdp_flags", "custom_io"},
                   {"reorder_queue_size", "0"},
                   {"protocol_whitelist", ""},
                   {"format_whitelist", "sdp"},
                   {"fflags", "nobuffer"}};
  input.probes = false;
  input.passes_h264 = video::passes_h264(options);
  return input;
}

std::string shown_security(rtsp::Security security) {
  switch (security) {
    case rtsp::Security::plain: return "";
    case rtsp::Security::verified:
    case rtsp::Security::pinned: return " (encrypted)";
    case rtsp::Security::unverified: return " (encrypted, not verified)";
  }
  return "";
}

class RtspSource final : public video::Source {
 public:
  RtspSource(const std::string& spec, const video::SourceOptions& options,
             const core::Context& context)
      : spec_(spec),
        history_(options.history),
        input_(make_input(spec, options)),
        context_(context),
        broken_count_(context.metrics.counter("fovea_source_pictures_broken_total",
                                              "Pictures that could not be read, skipped.")),
        description_(input_.shown),
        live_(
            "rtsp", options.fps, context.clock, [this](std::stop_token stop) { return read(stop); },
            video::first_picture_max) {}

  core::Result<Picture> next(std::stop_token stop) override { return live_.next(stop); }

  std::string description() const override {
    const std::lock_guard lock(mutex_);
    return description_;
  }

  video::SourceFacts facts() const override {
    const std::lock_guard lock(mutex_);
    return facts_;
  }

 private:
  // All that follows is on the live reader's thread.
  core::Status connect(const std::stop_token& stop) {
    reader_.reset();
    client_.reset();
    const auto due = context_.clock.steady() + video::first_picture_max;
    auto client = rtsp::Client::open(spec_, context_, {context_.clock, due, stop}, history_.get());
    if (!client) return client.error();
    client_ = *std::move(client);
    input_.rtp = {input_.shown, rtsp::sdp_of(client_->video()),
                  [this](std::span<uint8_t> into, const Watch& watch) {
                    return client_->read_packet(into, {watch.clock, watch.deadline, watch.stop});
                  }};
    auto reader = VideoReader::open(input_, context_.clock, stop);
    if (!reader) return reader.error();
    reader_ = *std::move(reader);
    note_facts();
    return {};
  }

  void note_facts() {
    video::SourceFacts facts = reader_->facts();
    facts.has_sound = client_->has_sound();
    facts.notes = client_->notes();
    for (const auto& note : facts.notes) context_.log.info("{}: {}", input_.shown, note);
    const std::lock_guard lock(mutex_);
    facts_ = std::move(facts);
    description_ = input_.shown + shown_security(client_->security());
  }

  core::Result<Picture> read(const std::stop_token& stop) {
    if (!reader_) {
      if (auto connected = connect(stop); !connected) return connected.error();
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
        context_.log.info(
            "the H.264 shows pictures in another order than it sends them: decoding it");
        input_.passes_h264 = false;
        reader_.reset();
        return read(stop);
      }
      if (content) return Picture{reader_->arrived(), std::move(*content), nullptr};
      broken_count_.add();
    }
  }

  const std::string spec_;
  const std::shared_ptr<video::SourceHistory> history_;
  Input input_;
  const core::Context context_;
  core::Counter& broken_count_;
  std::unique_ptr<rtsp::Client> client_;  // outlives its reader
  std::unique_ptr<VideoReader> reader_;
  mutable std::mutex mutex_;  // guards the two below
  video::SourceFacts facts_;
  std::string description_;
  video::LiveReader live_;  // last, so that its thread ends first
};

}  // namespace

core::Result<std::unique_ptr<video::Source>> open_rtsp_source(const std::string& spec,
                                                              const video::SourceOptions& options,
                                                              const core::Context& context) {
  if (auto url = rtsp::parse_url(spec); !url) return url.error();
  return std::unique_ptr<video::Source>(std::make_unique<RtspSource>(spec, options, context));
}

}  // namespace fovea::ffmpeg
