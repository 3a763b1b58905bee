#pragma once

#include <string>

namespace fovea::cli {

// One line on stderr that is rewritten in place; nothing at all where stderr is no terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::string what);
  ~ProgressBar();  // ends the line
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // total 0: unknown, only `done` is shown.
  void show(size_t done, size_t total, const std::string& detail = "");

  // Removes the line so that a message can be printed; the next show() draws it again.
  void clear();

 private:
  const std::string what_;
  const bool terminal_;
  bool drawn_ = false;
};

}  // namespace fovea::cli
