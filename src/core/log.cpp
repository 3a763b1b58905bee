#include "core/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace fovea::core {

namespace {

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

class ConsoleSink final : public LogSink {
 public:
  ConsoleSink(Level level_min, std::shared_ptr<LogTail> tail)
      : level_min_(level_min),
        tail_(std::move(tail)),
        logger_("fovea", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()) {
    logger_.set_level(spdlog_level(level_min));
    logger_.set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
    logger_.flush_on(spdlog::level::warn);
  }

  bool wants(Level level) const override { return level >= level_min_; }

  void write(Level level, std::string_view component, std::string_view message) override {
    logger_.log(spdlog_level(level), "{}: {}", component, message);
    if (tail_) {
      tail_->add({SystemClock().now(), level, std::string(component), std::string(message)});
    }
  }

 private:
  const Level level_min_;
  const std::shared_ptr<LogTail> tail_;
  spdlog::logger logger_;
};

class NullSink final : public LogSink {
 public:
  bool wants(Level) const override { return false; }
  void write(Level, std::string_view, std::string_view) override {}
};

}  // namespace

const char* to_string(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "error";
}

void LogTail::add(LogLine line) {
  std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
  if (lines_.size() > lines_max_) lines_.pop_front();
}

std::vector<LogLine> LogTail::lines() const {
  std::lock_guard lock(mutex_);
  return {lines_.begin(), lines_.end()};
}

std::shared_ptr<LogSink> make_console_sink(Level level_min, std::shared_ptr<LogTail> tail) {
  return std::make_shared<ConsoleSink>(level_min, std::move(tail));
}

std::shared_ptr<LogSink> make_null_sink() { return std::make_shared<NullSink>(); }

}  // namespace fovea::core
