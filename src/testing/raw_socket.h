#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace fovea::testing {

// A plain TCP connection to a port of 127.0.0.1, for tests that must send what no good client
// would; from another address of this machine (127.0.0.2) where one is given.
class RawSocket {
 public:
  explicit RawSocket(int port, int receive_buffer_bytes = 0, const char* from = nullptr)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) {
      ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                   sizeof receive_buffer_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (from != nullptr && ::inet_pton(AF_INET, from, &address.sin_addr) == 1) {
      (void)::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawSocket() { close(); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool connected() const { return connected_; }
  int descriptor() const { return descriptor_; }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  void shut_sending() { ::shutdown(descriptor_, SHUT_WR); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(size_t(count));
    }
    return true;
  }

  // Appends what comes to received() until it contains `wanted`; false when the peer ended or
  // `limit` passed before.
  bool receive_until(std::string_view wanted,
                     std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    size_t searched = 0;
    while (received_.find(wanted, searched) == std::string::npos) {
      searched = received_.size() - std::min(received_.size(), wanted.size());
      if (!receive_some(end)) return false;
    }
    return true;
  }

  // Everything until the peer ends the connection; false when `limit` passed before.
  bool receive_all(std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (receive_some(end)) {
    }
    return ended_;
  }

  bool ended() const { return ended_; }
  std::string& received() { return received_; }

 private:
  bool receive_some(std::chrono::steady_clock::time_point end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd wait{descriptor_, POLLIN, 0};
    if (ended_ || left.count() <= 0 || ::poll(&wait, 1, int(left.count())) <= 0) return false;
    char bytes[65536];
    const ssize_t count = ::recv(descriptor_, bytes, sizeof bytes, 0);
    ended_ = count <= 0;
    if (count > 0) received_.append(bytes, size_t(count));
    return count > 0;
  }

  int descriptor_;
  bool connected_ = false;
  bool ended_ = false;
  std::string received_;
};

}  // namespace fovea::testing
