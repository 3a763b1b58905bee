#include "cli/read_password.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace fovea::cli {
namespace {

// No echo while it lives.
class Silence {
 public:
  Silence() {
    tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Silence() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
};

core::Error wrong(const std::string& words) { return {core::Code::bad_input, words}; }

core::Result<std::string> read_line() {
  std::string line;
  if (!std::getline(std::cin, line) || line.empty()) return wrong("no password came");
  return line;
}

core::Result<std::string> ask(const std::string& prompt) {
  const Silence silence;  // before the prompt: it throws away what was typed until then
  fmt::print(stderr, "{}: ", prompt);
  auto line = read_line();
  fmt::print(stderr, "\n");
  return line;
}

}  // namespace

core::Result<std::string> read_new_password(const std::string& user, bool from_stdin) {
  if (from_stdin) return read_line();
  if (isatty(STDIN_FILENO) != 1) {
    return wrong(
        "there is no terminal to ask for a password at; give it as a line of stdin with "
        "--password-stdin");
  }
  auto first = ask(fmt::format("Password of {}", user));
  if (!first) return first;
  auto again = ask("Once more");
  if (!again) return again;
  if (*first != *again) return wrong("the two passwords differ");
  return first;
}

}  // namespace fovea::cli
