#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>

#include "core/log.h"

namespace fovea::cli {

// The option --log-level of every command that runs for long.
class LogOptions {
 public:
  void declare(CLI::App& app) {
    app.add_option("--log-level", level_, "debug, info, warning or error")
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
        ->capture_default_str();
  }

  // Another default than "info"; before declare().
  void set_default(const std::string& level) { level_ = level; }

  core::Level level() const {
    static const std::map<std::string, core::Level> levels = {{"debug", core::Level::debug},
                                                              {"info", core::Level::info},
                                                              {"warning", core::Level::warning},
                                                              {"error", core::Level::error}};
    return levels.at(level_);
  }

  // Lines on stderr; also into `tail` where one is given.
  core::Log make_log(const std::string& component,
                     std::shared_ptr<core::LogTail> tail = nullptr) const {
    return {core::make_console_sink(level(), std::move(tail)), component};
  }

 private:
  std::string level_ = "info";
};

}  // namespace fovea::cli
