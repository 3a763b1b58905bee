#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/context.h"

namespace fovea::cli {

// Tells systemd how a service is (Type=notify): READY when it serves, STATUS as a sentence, a ping
// of the watchdog while it lives, STOPPING. Where no service manager asks, all of it does nothing.
//
// The protocol of sd_notify(3) is one datagram of NAME=VALUE lines to the socket in NOTIFY_SOCKET;
// it is spoken here, as libsystemd would bring five more libraries into every camera agent, whose
// promise is to be small. What it documents as stable is all that is used.
//
// A ping says that the whole program lives, not a thread that does nothing else: turn() is called
// by the main loop and asks each time what hangs. While something does, no ping goes out, and
// systemd restarts the service after WatchdogSec. Make it before any thread starts: it takes its
// variables out of the environment, so that what the service starts (exec: sources) does not speak
// in its name. Threads: the main one.
class ServiceManager {
 public:
  explicit ServiceManager(const core::Context& context);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  bool asked() const { return socket_ >= 0; }  // the program runs as a service

  // The service does its work, or tries for as long as it takes.
  void ready();

  // To be called several times a second. `hanging` says which part has not moved for long; empty:
  // all do; asked every second. `status` is asked every few seconds.
  void turn(const std::function<std::string()>& hanging,
            const std::function<std::string()>& status);

  void stopping();

 private:
  void check(const std::string& hanging);
  bool send(const std::string& lines);

  const core::Context context_;
  int socket_ = -1;                        // -1: nobody asks
  std::string address_;                    // of the manager's socket; '@' first: an abstract one
  std::chrono::microseconds watchdog_{0};  // 0: none
  core::SteadyTime check_due_;
  core::SteadyTime ping_due_;
  core::SteadyTime status_due_;
  std::string hanging_;      // what is known to hang
  std::string status_;       // as it was told last
  bool ready_owed_ = false;  // the manager's socket was full
};

}  // namespace fovea::cli
