#include "cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace fovea::cli {

namespace {
constexpr size_t bar_width = 30;
}

ProgressBar::ProgressBar(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputc('\n', stderr);
}

void ProgressBar::show(size_t done, size_t total, const std::string& detail) {
  if (!terminal_) return;
  std::string line = what_ + " ";
  if (total > 0) {
    const size_t filled = bar_width * std::min(done, total) / total;
    line += fmt::format("[{}{}] {}/{}", std::string(filled, '#'),
                        std::string(bar_width - filled, '.'), done, total);
  } else {
    line += std::to_string(done);
  }
  fmt::print(stderr, "\r\033[K{} {}", line, detail.substr(0, 40));
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressBar::clear() {
  if (!drawn_) return;
  std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace fovea::cli
