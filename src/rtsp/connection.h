#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "rtsp/url.h"

namespace fovea::rtsp {

// How long a call may take.
struct Wait {
  const core::Clock& clock;
  core::SteadyTime deadline;
  std::stop_token stop;

  // The same, ending after `limit` at the latest.
  Wait at_most(std::chrono::milliseconds limit) const {
    return {clock, std::min(deadline, clock.steady() + limit), stop};
  }
  // Errors: closed (`stop`), timeout.
  core::Status check() const;
};

// How far the camera is known that is spoken to.
enum class Security {
  plain,       // not encrypted
  verified,    // its certificate is for this host, by an authority of this machine
  pinned,      // its certificate is the one that the URL names
  unverified,  // encrypted, but it could be anybody
};

class TlsLayer;

// One TCP connection to a camera, with TLS where the URL wants it (1.2 or newer). Every call ends
// soon after its `stop`, and with its deadline; looking a name up may take longer. Owned by a
// client. Threads: one at a time.
class Connection {
 public:
  // Errors: those of video::connect_host(); bad_input (the certificate is not the pinned
  // one), timeout, closed (`stop`), io (TLS failed).
  static core::Result<std::unique_ptr<Connection>> open(const Url& url, const Wait& wait);
  ~Connection();

  // What is there, at least a byte; 0: the camera has ended the connection.
  // Errors: timeout, closed (`stop`), io.
  core::Result<size_t> read(std::span<uint8_t> into, const Wait& wait);
  core::Status write(std::string_view bytes, const Wait& wait);

  Security security() const { return security_; }
  // Of the camera's certificate; nothing without TLS.
  const std::optional<Fingerprint>& fingerprint() const { return fingerprint_; }

 private:
  class Transport;
  explicit Connection(std::unique_ptr<Transport> transport);
  core::Status start_tls(const Url& url, const Wait& wait);

  const std::unique_ptr<Transport> transport_;
  std::unique_ptr<TlsLayer> tls_;  // null: plain
  Security security_ = Security::plain;
  std::optional<Fingerprint> fingerprint_;
};

}  // namespace fovea::rtsp
