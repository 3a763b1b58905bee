#include "video/exec_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <sstream>

#include "codec/h264_units.h"
#include "codec/jpeg.h"
#include "core/child_process.h"
#include "core/environment.h"
#include "core/ids.h"
#include "video/ffmpeg_plugin.h"
#include "video/h264_splitter.h"
#include "video/live_reader.h"
#include "video/mjpeg_splitter.h"

namespace fovea::video {

namespace {

using core::Code;
using core::Error;

// Without a picture after this much output, it is no video.
constexpr size_t garbage_bytes_max = 1u << 20;

// The command's own silence has better words than a picture's absence.
constexpr auto said_before = std::chrono::seconds(2);

// What a shell ends with (POSIX, Shell Command Language, 2.8.2).
constexpr int shell_may_not_run = 126;
constexpr int shell_knows_no_command = 127;

// Turns the bytes of a command's output into pictures. Threads: one at a time.
class OutputReader {
 public:
  OutputReader(core::ChildProcess process, const SourceOptions& options,
               const core::Context& context)
      : process_(std::move(process)),
        loop_(options.loop),
        passes_h264_(passes_h264(options)),
        context_(context),
        broken_count_(context.metrics.counter("fovea_source_pictures_broken_total",
                                              "Pictures that could not be read, skipped.")) {}

  bool is_h264() const { return is_h264_; }  // threads: any

  core::Result<Picture> next(const std::stop_token& stop) {
    while (true) {
      if (!ready_.empty()) {
        Picture picture = std::move(ready_.front());
        ready_.pop_front();
        return picture;
      }
      const auto patience = wrote_ ? silence_max : first_picture_max;
      auto got = process_.read(piece_, std::chrono::milliseconds(patience), stop);
      if (!got && got.error().code == Code::timeout) {
        const std::string said = process_.last_words();
        return Error{Code::timeout,
                     fmt::format("the command wrote nothing for {} s{}", patience.count(),
                                 said.empty() ? "" : "; it said: " + said)};
      }
      if (!got) return got.error();
      if (*got == 0) return end();
      wrote_ = true;
      if (auto taken = take(std::span(piece_).first(*got)); !taken) return taken.error();
    }
  }

 private:
  enum class Format { unknown, mjpeg, h264 };

  Error end() {
    const auto& end = process_.wait(std::chrono::milliseconds(500));
    if (!end.status) {
      return {Code::io, "the command closed its output but did not end: " + process_.last_words()};
    }
    const std::string words = "the command " + end.words;
    if (end.status == shell_knows_no_command) return {Code::not_found, words};
    if (end.status == shell_may_not_run) return {Code::denied, words};
    return {end.succeeded() && !loop_ ? Code::closed : Code::io, words};
  }

  core::Status take(std::span<const uint8_t> bytes) {
    if (format_ == Format::unknown) {
      head_.insert(head_.end(), bytes.begin(), bytes.end());
      if (head_.size() < 4) return {};
      const bool annex_b =
          head_[0] == 0 && head_[1] == 0 && (head_[2] == 1 || (head_[2] == 0 && head_[3] == 1));
      format_ = annex_b ? Format::h264 : Format::mjpeg;
      const core::Bytes head = std::move(head_);
      return format_ == Format::h264 ? take_h264(head) : take_mjpeg(head);
    }
    return format_ == Format::h264 ? take_h264(bytes) : take_mjpeg(bytes);
  }

  core::Status take_mjpeg(std::span<const uint8_t> bytes) {
    splitter_.push(bytes);
    const auto captured = context_.clock.now();
    while (auto jpeg = splitter_.take()) {
      auto info = codec::read_jpeg_info(jpeg->span());
      if (!info) {
        skip(info.error());
        continue;
      }
      core::EncodedPicture picture;
      picture.size = info->size;
      picture.data = std::move(*jpeg);
      ready_.push_back({captured, std::move(picture)});
      found_picture_ = true;
    }
    if (splitter_.broken_count() > broken_seen_) {
      broken_seen_ = splitter_.broken_count();
      skip({Code::bad_input, "a picture breaks off"});
    }
    if (!found_picture_ && splitter_.skipped_bytes() > garbage_bytes_max) {
      return Error{Code::bad_input,
                   "the command's output is neither MJPEG nor H.264 (Annex B); look at its options "
                   "for the format, and that it writes to standard output"};
    }
    return {};
  }

  core::Status take_h264(std::span<const uint8_t> bytes) {
    is_h264_ = true;
    return passes_h264_ ? pass_h264(bytes) : decode_h264(bytes);
  }

  core::Status pass_h264(std::span<const uint8_t> bytes) {
    units_.push(bytes);
    const auto captured = context_.clock.now();
    while (auto unit = units_.take()) {
      auto picture = framer_.picture(unit->span());
      if (!picture) {  // also what comes before the first key frame
        broken_count_.add();
        continue;
      }
      ready_.push_back({captured, *std::move(picture)});
    }
    if (framer_.reorders()) {
      context_.log.info(
          "the H.264 shows pictures in another order than it sends them: decoding it");
      passes_h264_ = false;
    }
    if (units_.broken_count() > 0) return Error{Code::bad_input, "the command's H.264 has no end"};
    return {};
  }

  core::Status decode_h264(std::span<const uint8_t> bytes) {
    if (!decoder_) {
      auto opened = open_h264_decoder(context_);
      if (!opened) return opened.error().context("decoding the command's H.264");
      decoder_ = std::move(*opened);
    }
    auto images = decoder_->push(bytes);
    if (!images) return images.error();
    const auto captured = context_.clock.now();
    for (auto& image : *images) ready_.push_back({captured, std::move(image)});
    return {};
  }

  void skip(const Error& error) {
    broken_count_.add();
    if (!std::exchange(skip_named_, true)) {
      context_.log.warning("skipping a broken picture from the command: {} (said once)",
                           error.message);
    }
  }

  core::ChildProcess process_;
  const bool loop_;
  bool passes_h264_;
  const core::Context context_;
  core::Counter& broken_count_;
  std::array<uint8_t, 65536> piece_;
  core::Bytes head_;  // the first bytes, until the format is known
  Format format_ = Format::unknown;
  MjpegSplitter splitter_;
  std::unique_ptr<StreamDecoder> decoder_;
  H264Splitter units_;
  codec::H264Framer framer_;
  std::deque<Picture> ready_;  // of one read: a few at most
  uint64_t broken_seen_ = 0;
  bool wrote_ = false;
  bool found_picture_ = false;
  std::atomic<bool> is_h264_ = false;
  bool skip_named_ = false;
};

// What is started, without its arguments, in which passwords stand; nor variables before it.
std::string program_of(const std::string& command) {
  std::istringstream words(command);
  std::string word;
  while (words >> word && word.find('=') != std::string::npos) {
  }
  return word.find('=') == std::string::npos ? word : "a command";
}

// It is given the variables that it names itself; what it says is masked, those included.
core::ChildProcess::Options options_of(const std::string& command,
                                       std::shared_ptr<const core::Secrets> secrets) {
  core::ChildProcess::Options child;
  child.command = core::ChildProcess::shell(command);
  const auto named = std::make_shared<core::Secrets>();
  for (const auto& name : core::variables_named_in(command)) {
    const std::string value = std::getenv(name.c_str());
    child.environment.push_back(name + "=" + value);
    named->add(name, value);
  }
  child.masked = [named, secrets = std::move(secrets)](std::string text) {
    text = named->masked(std::move(text));
    return secrets ? secrets->masked(std::move(text)) : text;
  };
  return child;
}

class ExecSource final : public Source {
 public:
  ExecSource(const std::string& command, std::unique_ptr<OutputReader> output,
             const SourceOptions& options, const core::Context& context)
      : program_(core::printable(program_of(command))),
        output_(std::move(output)),
        reader_(
            "exec", options.fps, context.clock,
            [this](std::stop_token stop) { return output_->next(stop); },
            first_picture_max + said_before) {}

  core::Result<Picture> next(std::stop_token stop) override { return reader_.next(stop); }

  std::string description() const override { return "exec " + program_; }
  SourceFacts facts() const override { return {output_->is_h264() ? "h264" : "", 0, false}; }

 private:
  const std::string program_;
  const std::unique_ptr<OutputReader> output_;
  LiveReader reader_;
};

}  // namespace

core::Result<std::unique_ptr<Source>> open_exec_source(const std::string& spec,
                                                       const SourceOptions& options,
                                                       const core::Context& context) {
  const std::string command = spec.substr(spec.find(':') + 1);
  if (command.find_first_not_of(" \t\n") == std::string::npos) {
    return Error{Code::bad_input,
                 "exec: needs a command, as in 'exec:rpicam-vid -t 0 --codec "
                 "mjpeg -o -'"};
  }
  auto process = core::ChildProcess::start(options_of(command, options.secrets), context.log);
  if (!process) return process.error();
  auto output = std::make_unique<OutputReader>(std::move(*process), options, context);
  return std::unique_ptr<Source>(
      std::make_unique<ExecSource>(command, std::move(output), options, context));
}

}  // namespace fovea::video
