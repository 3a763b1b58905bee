#include "rtsp/connection.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "rtsp/tls_layer.h"
#include "video/host_check.h"

namespace fovea::rtsp {

namespace {

using core::Code;
using core::Error;

constexpr int poll_step_ms = 50;  // how soon a stop request is seen

std::span<const uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

core::Status Wait::check() const {
  if (stop.stop_requested()) return Error{Code::closed, "stopped"};
  if (clock.steady() >= deadline) return Error{Code::timeout, "has been silent"};
  return {};
}

// The socket with waiting.
class Connection::Transport {
 public:
  explicit Transport(video::Socket socket) : socket_(std::move(socket)) {}

  core::Result<size_t> receive(std::span<uint8_t> into, const Wait& wait) {
    while (true) {
      if (auto ready = wait_for(POLLIN, wait); !ready) return ready.error();
      const ssize_t count = ::recv(socket_.descriptor(), into.data(), into.size(), 0);
      if (count >= 0) return size_t(count);
      if (errno != EAGAIN && errno != EINTR) return failure("reading");
    }
  }

  core::Status send(std::span<const uint8_t> bytes, const Wait& wait) {
    while (!bytes.empty()) {
      if (auto ready = wait_for(POLLOUT, wait); !ready) return ready.error();
      const ssize_t count = ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN && errno != EINTR) return failure("writing");
      bytes = bytes.subspan(size_t(std::max<ssize_t>(count, 0)));
    }
    return {};
  }

 private:
  static Error failure(const char* doing) {
    return {Code::io, fmt::format("{} failed: {}", doing, std::strerror(errno))};
  }

  core::Status wait_for(short what, const Wait& wait) {
    while (true) {
      if (auto good = wait.check(); !good) return good;
      pollfd wanted{socket_.descriptor(), what, 0};
      if (::poll(&wanted, 1, poll_step_ms) > 0) return {};
    }
  }

  video::Socket socket_;
};

Connection::Connection(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}
Connection::~Connection() = default;

core::Result<std::unique_ptr<Connection>> Connection::open(const Url& url, const Wait& wait) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(wait.deadline - wait.clock.steady());
  auto socket = video::connect_host({url.host, url.port}, left, wait.clock, wait.stop);
  if (wait.stop.stop_requested()) return Error{Code::closed, "stopped"};
  if (!socket) return socket.error();
  std::unique_ptr<Connection> connection(
      new Connection(std::make_unique<Transport>(*std::move(socket))));
  if (url.tls) {
    if (auto started = connection->start_tls(url, wait); !started) return started.error();
  }
  return connection;
}

core::Status Connection::start_tls(const Url& url, const Wait& wait) {
  auto layer = TlsLayer::make(url.host);
  if (!layer) return layer.error();
  std::array<uint8_t, 4096> bytes{};
  while (true) {
    auto done = (*layer)->handshake();
    if (auto sent = transport_->send(as_bytes((*layer)->to_network()), wait); !sent) return sent;
    if (!done) return done.error();
    if (*done) break;
    auto count = transport_->receive(bytes, wait);
    if (!count) return count.error();
    if (*count == 0) return Error{Code::io, "ended the connection while it was being encrypted"};
    (*layer)->from_network({bytes.data(), *count});
  }
  fingerprint_ = (*layer)->fingerprint();
  if (url.pin && fingerprint_ != url.pin) {
    return Error{
        Code::bad_input,
        fmt::format("shows a certificate that is not the pinned one, but sha256:{}; if the "
                    "camera got a new one, write that into the pin",
                    fingerprint_ ? to_hex(*fingerprint_) : "none")};
  }
  security_ = url.pin                ? Security::pinned
              : (*layer)->verified() ? Security::verified
                                     : Security::unverified;
  tls_ = *std::move(layer);
  return {};
}

core::Result<size_t> Connection::read(std::span<uint8_t> into, const Wait& wait) {
  if (!tls_) return transport_->receive(into, wait);
  std::array<uint8_t, 16384> bytes{};
  while (true) {
    auto plain = tls_->read(into);
    if (!plain) return plain.error();
    if (!*plain) return size_t{0};
    if (**plain > 0) return **plain;
    // TLS itself may have something to say, such as a new key.
    if (auto sent = transport_->send(as_bytes(tls_->to_network()), wait); !sent) {
      return sent.error();
    }
    auto count = transport_->receive(bytes, wait);
    if (!count || *count == 0) return count;
    tls_->from_network({bytes.data(), *count});
  }
}

core::Status Connection::write(std::string_view bytes, const Wait& wait) {
  if (!tls_) return transport_->send(as_bytes(bytes), wait);
  if (auto written = tls_->write(bytes); !written) return written;
  return transport_->send(as_bytes(tls_->to_network()), wait);
}

}  // namespace fovea::rtsp
