#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "rtsp/url.h"

namespace fovea::rtsp {

// TLS as a client, between bytes of the network and plain ones; it knows no socket. A certificate
// that cannot be verified ends nothing: who uses it asks. Threads: one at a time.
class TlsLayer {
 public:
  // `host` is what the certificate is held against, and what the server is asked for (SNI).
  // Errors: internal.
  static core::Result<std::unique_ptr<TlsLayer>> make(const std::string& host);
  ~TlsLayer();

  // True: done; false: bring more from the network. Errors: io (the handshake failed).
  core::Result<bool> handshake();
  bool verified() const;
  std::optional<Fingerprint> fingerprint() const;

  // Plain bytes; 0: bring more from the network; nothing: the peer has ended it. Errors: io.
  core::Result<std::optional<size_t>> read(std::span<uint8_t> into);
  core::Status write(std::string_view bytes);

  void from_network(std::span<const uint8_t> bytes);
  std::string to_network();  // what waits to be sent

 private:
  struct Handles;
  explicit TlsLayer(std::unique_ptr<Handles> handles);

  const std::unique_ptr<Handles> handles_;
};

}  // namespace fovea::rtsp
