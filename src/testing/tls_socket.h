#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "testing/raw_socket.h"

namespace fovea::testing {

// RawSocket's sibling: TLS to a port of 127.0.0.1, for tests. With `trusted` (a PEM file) the
// server's certificate is checked, for the host 127.0.0.1.
class TlsSocket {
 public:
  explicit TlsSocket(int port, const std::string& trusted = "", int version_max = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_client_method())), socket_(port) {
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    if (version_max < TLS1_2_VERSION) SSL_CTX_set_security_level(context_.get(), 0);
    if (!trusted.empty()) {
      SSL_CTX_load_verify_locations(context_.get(), trusted.c_str(), nullptr);
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    }
    timeval limit{20, 0};
    ::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_.descriptor());
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), "127.0.0.1");
    connected_ = SSL_connect(ssl_.get()) == 1;
  }

  bool connected() const { return connected_; }
  std::string version() const { return SSL_get_version(ssl_.get()); }
  bool send(std::string_view bytes) {
    return SSL_write(ssl_.get(), bytes.data(), int(bytes.size())) == int(bytes.size());
  }
  bool receive_until(std::string_view wanted) {
    while (received_.find(wanted) == std::string::npos) {
      if (!receive_some()) return false;
    }
    return true;
  }
  // Everything until the peer ends; true: by TLS's own good-bye.
  bool receive_all() {
    while (receive_some()) {
    }
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  std::string& received() { return received_; }

 private:
  template <auto Free>
  struct FreeWith {
    template <typename T>
    void operator()(T* thing) const {
      Free(thing);
    }
  };

  bool receive_some() {
    char bytes[16384];
    const int count = SSL_read(ssl_.get(), bytes, sizeof bytes);
    if (count > 0) received_.append(bytes, size_t(count));
    return count > 0;
  }

  std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>> context_;
  RawSocket socket_;
  std::unique_ptr<SSL, FreeWith<SSL_free>> ssl_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace fovea::testing
