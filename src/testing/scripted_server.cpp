#include "testing/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>

#include "core/thread.h"

namespace fovea::testing {

namespace {

constexpr int poll_step_ms = 20;

bool wait_for(int descriptor, short what, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd wanted{descriptor, what, 0};
    if (::poll(&wanted, 1, poll_step_ms) > 0) return true;
  }
  return false;
}

bool send_all(int client, std::string_view bytes, const std::stop_token& stop) {
  while (!bytes.empty()) {
    if (!wait_for(client, POLLOUT, stop)) return false;
    const ssize_t count = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count <= 0) return false;
    bytes.remove_prefix(size_t(count));
  }
  return true;
}

}  // namespace

ScriptedServer::ScriptedServer(Answer answer) : answer_(std::move(answer)) {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof(address);
  if (::bind(descriptor_, generic, length) != 0 || ::listen(descriptor_, 8) != 0 ||
      ::getsockname(descriptor_, generic, &length) != 0) {
    throw std::runtime_error("a scripted server cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = core::start_thread("script", [this](std::stop_token stop) {
    while (wait_for(descriptor_, POLLIN, stop)) {
      const int client = ::accept(descriptor_, nullptr, nullptr);
      if (client < 0) continue;
      ++connections_;
      serve(client, stop);
      ::close(client);
    }
  });
}

ScriptedServer::~ScriptedServer() {
  thread_ = {};
  ::close(descriptor_);
}

void ScriptedServer::serve(int client, const std::stop_token& stop) {
  std::string request;
  while (true) {
    const auto reply = answer_(request);
    if (!reply || !send_all(client, *reply, stop)) return;
    request.clear();
    while (!request.ends_with("\r\n\r\n")) {
      if (!wait_for(client, POLLIN, stop)) return;
      char byte = 0;
      if (::recv(client, &byte, 1, 0) != 1) return;
      request += byte;
    }
  }
}

}  // namespace fovea::testing
