#include "ffmpeg/file_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "core/thread.h"
#include "ffmpeg/video_reader.h"
#include "video/live_reader.h"

namespace fovea::ffmpeg {

namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Error;
using video::Picture;

// Later than this, pictures are not passed over: the schedule starts anew (the machine slept).
constexpr auto late_max = std::chrono::seconds(1);
constexpr auto early_max = std::chrono::seconds(5);  // and more than two pictures' time: a jump
constexpr int broken_in_a_row_max = 300;
constexpr double seconds_max = 1e8;  // three years of video

// What a local file may be: single videos, nothing that names other files or hosts.
constexpr const char* format_whitelist =
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,mjpeg,ogg,flv,asf,m4v,ivf,dv,gif";

core::SteadyTime::duration seconds(double value) {
  return std::chrono::duration_cast<core::SteadyTime::duration>(
      std::chrono::duration<double>(std::clamp(value, -seconds_max, seconds_max)));
}

class FileSource final : public video::Source {
 public:
  FileSource(std::string name, std::unique_ptr<VideoReader> reader,
             const video::SourceOptions& options, const core::Context& context)
      : name_(std::move(name)),
        reader_(std::move(reader)),
        options_(options),
        context_(context),
        rate_(options.fps),
        skipped_count_(context.metrics.counter(
            "fovea_source_pictures_late_total",
            "Pictures of files that were passed over because their time was over.")),
        broken_count_(context.metrics.counter("fovea_source_pictures_broken_total",
                                              "Pictures that could not be read, skipped.")) {}

  core::Result<Picture> next(std::stop_token stop) override {
    while (true) {
      auto more = reader_->advance(stop);
      if (!more) return more.error();
      if (!*more) {
        if (auto again = start_again(); !again) return again.error();
        continue;
      }
      shown_s_ = reader_->time_s();
      ++round_count_;
      if (!rate_.passes(video_time())) continue;
      if (options_.paced) {
        const auto timing = wait(stop);
        if (timing == Timing::stopped) return Error{Code::closed, "stopped"};
        if (timing == Timing::late) continue;
      }
      auto content = reader_->picture();
      if (!content) {
        broken_count_.add();
        if (++broken_in_a_row_ < broken_in_a_row_max) continue;
        return content.error().context(name_ + " holds nothing that can be shown");
      }
      broken_in_a_row_ = 0;
      return Picture{context_.clock.now(), std::move(*content), nullptr};
    }
  }

  std::string description() const override {
    return fmt::format("file {} ({})", name_, reader_->description());
  }
  video::SourceFacts facts() const override { return reader_->facts(); }

 private:
  enum class Timing { due, late, stopped };

  double period_s() const { return reader_->fps() > 0 ? 1 / reader_->fps() : 0.04; }

  // The current picture's time on an endless reel.
  core::SteadyTime video_time() const {
    return core::SteadyTime(std::chrono::hours(1) + seconds(reel_s_ + shown_s_));
  }

  Timing wait(const std::stop_token& stop) {
    const auto now = context_.clock.steady();
    if (!start_) start_ = now - seconds(reel_s_ + shown_s_);
    const auto due = *start_ + seconds(reel_s_ + shown_s_);
    const auto early = std::max<core::SteadyTime::duration>(early_max, seconds(2 * period_s()));
    if (now > due + late_max || due > now + early) {
      start_ = now - seconds(reel_s_ + shown_s_);
      return Timing::due;
    }
    if (now > due + seconds(period_s())) {
      skipped_count_.add();
      return Timing::late;
    }
    return now >= due || core::sleep_for(due - now, stop) ? Timing::due : Timing::stopped;
  }

  core::Status start_again() {
    if (round_count_ == 0) {
      return Error{Code::bad_input, name_ + " holds no picture that can be decoded"};
    }
    warn_if_cut();
    if (!options_.loop) return Error{Code::closed, "the video's end"};
    reel_s_ += shown_s_ + period_s();
    shown_s_ = 0;
    round_count_ = 0;
    return reader_->rewind();
  }

  void warn_if_cut() {
    const double duration_s = reader_->duration_s();
    if (cut_named_ || shown_s_ + 2 * period_s() >= 0.95 * duration_s) return;
    cut_named_ = true;
    context_.log.warning("{} ends after {:.1f} s of {:.1f} s: the file seems to be cut short",
                         name_, shown_s_, duration_s);
  }

  const std::string name_;
  const std::unique_ptr<VideoReader> reader_;
  const video::SourceOptions options_;
  const core::Context context_;
  video::RateLimit rate_;
  core::Counter& skipped_count_;
  core::Counter& broken_count_;
  int broken_in_a_row_ = 0;
  std::optional<core::SteadyTime> start_;  // when the reel's time was 0
  double reel_s_ = 0;                      // the rounds before this one
  double shown_s_ = 0;                     // in this round
  uint64_t round_count_ = 0;               // pictures in this round
  bool cut_named_ = false;
};

}  // namespace

core::Result<std::unique_ptr<video::Source>> open_file_source(const std::string& spec,
                                                              const video::SourceOptions& options,
                                                              const core::Context& context) {
  const fs::path path = spec.substr(spec.find(':') + 1);
  std::error_code failed;
  const auto status = fs::status(path, failed);
  if (!fs::exists(status)) {
    return Error{Code::not_found, fmt::format("there is no file {}", path.string())};
  }
  if (fs::is_directory(status)) {
    return Error{Code::bad_input, fmt::format("{} is a folder; use folder:{} for its pictures",
                                              path.string(), path.string())};
  }
  Input input;
  input.url = "file:" + path.string();
  input.shown = path.string();
  input.options = {{"protocol_whitelist", "file"}, {"format_whitelist", format_whitelist}};
  auto reader = VideoReader::open(input, context.clock, {});
  if (!reader) return reader.error();
  return std::unique_ptr<video::Source>(
      std::make_unique<FileSource>(path.filename().string(), std::move(*reader), options, context));
}

}  // namespace fovea::ffmpeg
