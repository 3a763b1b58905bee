#pragma once

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"

namespace fovea::core {

enum class Level { debug, info, warning, error };

const char* to_string(Level level);

// Where log lines go. Threads: write() may be called from any thread at any time.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual bool wants(Level level) const = 0;
  virtual void write(Level level, std::string_view component, std::string_view message) = 0;
};

// A cheap handle to a sink under the name of a component ("bus", "camera yard"). Copy it freely.
class Log {
 public:
  Log(std::shared_ptr<LogSink> sink, std::string component)
      : sink_(std::move(sink)), component_(std::move(component)) {}

  Log named(std::string component) const { return {sink_, std::move(component)}; }

  template <typename... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    write(Level::debug, format, std::forward<Args>(args)...);
  }
  template <typename... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    write(Level::info, format, std::forward<Args>(args)...);
  }
  template <typename... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) const {
    write(Level::warning, format, std::forward<Args>(args)...);
  }
  template <typename... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    write(Level::error, format, std::forward<Args>(args)...);
  }

 private:
  template <typename... Args>
  void write(Level level, fmt::format_string<Args...> format, Args&&... args) const {
    if (sink_->wants(level)) {
      sink_->write(level, component_, fmt::format(format, std::forward<Args>(args)...));
    }
  }

  std::shared_ptr<LogSink> sink_;
  std::string component_;
};

struct LogLine {
  Timestamp time;
  Level level;
  std::string component;
  std::string message;
};

// Keeps the newest lines for the system page. Threads: any.
class LogTail {
 public:
  explicit LogTail(size_t lines_max) : lines_max_(lines_max) {}
  void add(LogLine line);
  std::vector<LogLine> lines() const;

 private:
  const size_t lines_max_;
  mutable std::mutex mutex_;  // guards lines_
  std::deque<LogLine> lines_;
};

// Lines on stderr, one per event; also into `tail` where one is given.
std::shared_ptr<LogSink> make_console_sink(Level level_min,
                                           std::shared_ptr<LogTail> tail = nullptr);

// A sink that drops everything, for tests and benchmarks.
std::shared_ptr<LogSink> make_null_sink();

}  // namespace fovea::core
