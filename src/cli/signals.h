#pragma once

#include <csignal>
#include <functional>

namespace fovea::cli {

// The signals of a server command, taken by one waiting thread instead of handlers. Make it before
// any thread starts: the signals are blocked in all threads that are started afterwards.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of write(), not our end
  }

  // Returns SIGINT, SIGTERM or SIGHUP; 0 when none came within `limit_ms`.
  int wait(int limit_ms) {
    const timespec limit{limit_ms / 1000, (limit_ms % 1000) * 1'000'000L};
    const int got = sigtimedwait(&set_, nullptr, &limit);
    return got > 0 ? got : 0;
  }

  // Until SIGINT or SIGTERM, or until `finished` (asked every 100 ms) says so. SIGHUP calls
  // `reload`.
  void run(const std::function<bool()>& finished, const std::function<void()>& reload = {}) {
    while (!finished()) {
      const int got = wait(100);
      if (got == SIGINT || got == SIGTERM) return;
      if (got == SIGHUP && reload) reload();
    }
  }

 private:
  sigset_t set_;
};

}  // namespace fovea::cli
