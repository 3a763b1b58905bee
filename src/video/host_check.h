#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "core/clock.h"
#include "core/result.h"

namespace fovea::video {

struct HostPort {
  std::string host;  // without the brackets of an IPv6 address
  int port = 0;
};

// Where an rtsp:// or rtsps:// URL leads; 554 and 322 where it names no port. Empty: it names no
// host, or no port that there can be.
std::optional<HostPort> host_of(const std::string& url);

// A socket that is open, non-blocking, and closed with its owner.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket();
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Connects by TCP, to each of a name's addresses in turn. Looking a name up waits as long as the
// system's resolver does; connecting ends with `limit` or `stop`. Errors: not_found (no such name),
// closed (connection refused, nothing listens), timeout (nobody answers, or no way leads there),
// io; the message names the host.
core::Result<Socket> connect_host(const HostPort& where, std::chrono::milliseconds limit,
                                  const core::Clock& clock, const std::stop_token& stop);

// Whether a camera's host has a name, is there, and listens. Errors: as connect_host().
core::Status check_host(const HostPort& where, std::chrono::milliseconds limit,
                        const core::Clock& clock, const std::stop_token& stop);

}  // namespace fovea::video
