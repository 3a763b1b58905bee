#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

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

// Whether a camera's host has a name, is there, and listens: what FFmpeg cannot tell apart. Looking
// a name up waits as long as the system's resolver does; connecting ends with `limit` or `stop`.
// Errors: not_found (no such name), closed (connection refused, nothing listens), timeout (nobody
// answers, or no way leads there), io; the message names the host.
core::Status check_host(const HostPort& where, std::chrono::milliseconds limit,
                        const core::Clock& clock, const std::stop_token& stop);

}  // namespace fovea::video
