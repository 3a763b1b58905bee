#pragma once

#include <memory>
#include <string>

#include "testing/process.h"

namespace fovea::testing {

// A real RTSP server (GStreamer's, from Debian's own Python) on a free port of the loopback
// interface, with the one path /video: `file` (H.264 in MP4) to its end, or what rtsp_server.py
// makes itself. With a user, everybody needs the password. Errors: throws, as Process does.
// Threads: the owner's.
class RtspServer {
 public:
  // PEM files; none: not encrypted.
  struct Tls {
    std::string certificate, key;
  };
  explicit RtspServer(std::string file, std::string user = {}, std::string password = {},
                      Tls tls = {});

  // Whether this machine has what the server needs.
  static bool is_available();

  std::string url(const std::string& credentials = {}, const std::string& path = "/video") const;
  void kill() { process_->kill(); }
  void restart();  // on the same port
  Process& process() { return *process_; }

 private:
  const std::string file_;
  const std::string user_;
  const std::string password_;
  const Tls tls_;
  const int port_;
  std::unique_ptr<Process> process_;
};

}  // namespace fovea::testing
