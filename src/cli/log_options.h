#pragma once

#include <map>
#include <memory>
#include <string>

#include "cli/app.h"
#include "core/log.h"
#include "core/log_sinks.h"
#include "core/secrets.h"

namespace fovea::cli {

// The option --log-level of every command that runs for long, and where the lines of those go that
// run for years.
class LogOptions {
 public:
  void declare(App app) {
    app.add_option("--log-level", level_, "debug, info, warning or error")
        .one_of({"debug", "info", "warning", "error"})
        .capture_default_str();
  }

  // --log-file and its limits, for services; beside declare().
  void declare_file(App app) {
    app.add_option(
        "--log-file", file_,
        "write the log to this file instead of stderr (0600, rotated); on stderr it goes "
        "to systemd's journal with priorities");
    app.add_option("--log-size", mib_max_,
                   "MiB of a log file before it is renamed, site.log to site.1.log and so on")
        .range(1, 10'000)
        .capture_default_str();
    app.add_option("--log-count", files_max_, "log files that are kept")
        .range(1, 1000)
        .capture_default_str();
  }

  const std::string& file() const { return file_; }

  // Another default than "info"; before declare().
  void set_default(const std::string& level) { level_ = level; }

  core::Level level() const {
    static const std::map<std::string, core::Level> levels = {{"debug", core::Level::debug},
                                                              {"info", core::Level::info},
                                                              {"warning", core::Level::warning},
                                                              {"error", core::Level::error}};
    return levels.at(level_);
  }

  // Lines in the file, else on stderr; also into `tail` where one is given.
  core::Log make_log(const std::string& component,
                     std::shared_ptr<core::LogTail> tail = nullptr) const {
    return {make_sink(std::move(tail)), component};
  }

  // The same, without what `secrets` holds: of commands that fill ${NAME} in.
  core::Log make_log(const std::string& component, std::shared_ptr<const core::Secrets> secrets,
                     std::shared_ptr<core::LogTail> tail = nullptr) const {
    return {core::make_masking_sink(make_sink(std::move(tail)), std::move(secrets)), component};
  }

 private:
  std::shared_ptr<core::LogSink> make_sink(std::shared_ptr<core::LogTail> tail) const {
    if (!file_.empty()) {
      return core::make_file_sink(level(), {file_, mib_max_ << 20, files_max_}, std::move(tail));
    }
    if (core::stderr_is_journal()) return core::make_journal_sink(level(), std::move(tail));
    return core::make_console_sink(level(), std::move(tail));
  }

  std::string level_ = "info";
  std::string file_;
  size_t mib_max_ = 10;
  size_t files_max_ = 5;
};

}  // namespace fovea::cli
