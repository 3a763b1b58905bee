#include "core/log_sinks.h"

#include <fcntl.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace fovea::core {

namespace {

constexpr auto retry_pause = std::chrono::seconds(1);

// Priorities of syslog(3).
int priority(Level level) {
  switch (level) {
    case Level::debug: return 7;
    case Level::info: return 6;
    case Level::warning: return 4;
    case Level::error: return 3;
  }
  return 3;
}

class TailedSink : public LogSink {
 public:
  TailedSink(Level level_min, std::shared_ptr<LogTail> tail)
      : level_min_(level_min), tail_(std::move(tail)) {}

  bool wants(Level level) const override { return level >= level_min_; }

  void write(Level level, std::string_view component, std::string_view message) override {
    put(level, component, message);
    if (tail_) {
      tail_->add({SystemClock().now(), level, std::string(component), std::string(message)});
    }
  }

 private:
  virtual void put(Level level, std::string_view component, std::string_view message) = 0;

  const Level level_min_;
  const std::shared_ptr<LogTail> tail_;
};

class JournalSink final : public TailedSink {
 public:
  JournalSink(Level level_min, std::shared_ptr<LogTail> tail)
      : TailedSink(level_min, std::move(tail)) {
    sink_.set_pattern("%v");
  }

 private:
  void put(Level level, std::string_view component, std::string_view message) override {
    while (true) {
      const size_t end = std::min(message.find('\n'), message.size());
      const std::string line =
          fmt::format("<{}>{}: {}", priority(level), component, message.substr(0, end));
      sink_.log({"fovea", spdlog::level::info, line});
      if (end == message.size()) return;
      message.remove_prefix(end + 1);
    }
  }

  spdlog::sinks::stderr_sink_mt sink_;  // one write for a line, under a lock
};

class FileSink final : public TailedSink {
 public:
  FileSink(Level level_min, const LogFileOptions& options, std::shared_ptr<LogTail> tail)
      : TailedSink(level_min, std::move(tail)),
        options_(options),
        complaints_(stderr_is_journal() ? make_journal_sink(Level::error)
                                        : make_console_sink(Level::error)) {}

 private:
  using File = spdlog::sinks::rotating_file_sink_st;

  void put(Level level, std::string_view component, std::string_view message) override {
    std::string complaint;
    {
      std::lock_guard lock(mutex_);
      complaint = put_locked(level, fmt::format("{}: {}", component, message));
    }
    if (!complaint.empty()) complaints_->write(Level::error, "log", complaint);
  }

  // What is to be said on stderr; mostly nothing.
  std::string put_locked(Level level, const std::string& line) {
    const auto now = SystemClock().steady();
    if (!file_ && retry_at_ && now < *retry_at_) {
      ++lost_;
      return {};
    }
    try {
      if (!file_) file_ = open();
      if (lost_ > 0) put_line(Level::warning, fmt::format("log: {} lines are missing here", lost_));
      lost_ = 0;
      put_line(level, line);
      return {};
    } catch (const std::exception& failure) {
      // spdlog's sink is not to be used after some failures: a new one is made.
      file_.reset();
      retry_at_ = now + retry_pause;
      ++lost_;
      if (std::exchange(complained_, true)) return {};
      return fmt::format("the log file {} cannot be written ({}); going on without it",
                         options_.file, failure.what());
    }
  }

  void put_line(Level level, const std::string& line) {
    static constexpr spdlog::level::level_enum levels[] = {
        spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
    file_->log({"fovea", levels[static_cast<size_t>(level)], line});
    file_->flush();  // what was said last must be there after a kill
  }

  std::unique_ptr<File> open() const {
    spdlog::file_event_handlers handlers;
    handlers.before_open = [](const spdlog::filename_t& name) {
      // Made closed to others from the first moment on; a failure is told by the open that follows.
      const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      if (file < 0) return;
      struct stat found {};
      if (fstat(file, &found) == 0 && S_ISREG(found.st_mode)) (void)fchmod(file, 0600);
      ::close(file);
    };
    auto file =
        std::make_unique<File>(options_.file, std::max<size_t>(options_.bytes_max, 1),
                               std::max<size_t>(options_.files_max, 1) - 1, false, handlers);
    file->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
    return file;
  }

  const LogFileOptions options_;
  const std::shared_ptr<LogSink> complaints_;
  std::mutex mutex_;  // guards what follows
  std::unique_ptr<File> file_;
  std::optional<SteadyTime> retry_at_;
  uint64_t lost_ = 0;
  bool complained_ = false;
};

class MaskingSink final : public LogSink {
 public:
  MaskingSink(std::shared_ptr<LogSink> sink, std::shared_ptr<const Secrets> secrets)
      : sink_(std::move(sink)), secrets_(std::move(secrets)) {}

  bool wants(Level level) const override { return sink_->wants(level); }

  void write(Level level, std::string_view component, std::string_view message) override {
    sink_->write(level, component, secrets_->masked(std::string(message)));
  }

 private:
  const std::shared_ptr<LogSink> sink_;
  const std::shared_ptr<const Secrets> secrets_;
};

}  // namespace

bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  if (!stream || fstat(STDERR_FILENO, &found) != 0) return false;
  return fmt::format("{}:{}", found.st_dev, found.st_ino) == stream;
}

std::shared_ptr<LogSink> make_journal_sink(Level level_min, std::shared_ptr<LogTail> tail) {
  return std::make_shared<JournalSink>(level_min, std::move(tail));
}

std::shared_ptr<LogSink> make_file_sink(Level level_min, const LogFileOptions& options,
                                        std::shared_ptr<LogTail> tail) {
  return std::make_shared<FileSink>(level_min, options, std::move(tail));
}

std::shared_ptr<LogSink> make_masking_sink(std::shared_ptr<LogSink> sink,
                                           std::shared_ptr<const Secrets> secrets) {
  return std::make_shared<MaskingSink>(std::move(sink), std::move(secrets));
}

}  // namespace fovea::core
