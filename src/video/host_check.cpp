#include "video/host_check.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/ids.h"
#include "core/url_credentials.h"

namespace fovea::video {

namespace {

using core::Code;
using core::Error;

constexpr int poll_step_ms = 50;  // how soon a stop request is seen

Socket open_socket(const addrinfo& address) {
  return Socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// The errno of connecting; 0: it listens.
int connect_to(const Socket& socket, const addrinfo& address, core::SteadyTime deadline,
               const core::Clock& clock, const std::stop_token& stop) {
  if (socket.descriptor() < 0) return errno;
  if (::connect(socket.descriptor(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  while (!stop.stop_requested() && clock.steady() < deadline) {
    pollfd wanted{socket.descriptor(), POLLOUT, 0};
    if (::poll(&wanted, 1, poll_step_ms) <= 0) continue;
    int failed = 0;
    socklen_t length = sizeof(failed);
    ::getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &failed, &length);
    return failed;
  }
  return ETIMEDOUT;
}

Error lookup_error(const std::string& host, int failed) {
  if (failed == EAI_NONAME || failed == EAI_NODATA || failed == EAI_FAMILY) {
    return {Code::not_found, fmt::format("no host is called '{}'", host)};
  }
  if (failed == EAI_AGAIN) {
    return {Code::not_found,
            fmt::format("the name '{}' cannot be looked up: no name server answers", host)};
  }
  return {Code::io, fmt::format("looking up '{}': {}", host, ::gai_strerror(failed))};
}

Error connect_error(const std::string& host, int port, int failed) {
  switch (failed) {
    case ECONNREFUSED:
    case ECONNRESET:
      return {Code::closed,
              fmt::format("{} is there, but nothing listens on its port {}", host, port)};
    case ETIMEDOUT: return {Code::timeout, fmt::format("{} does not answer", host)};
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN: return {Code::timeout, fmt::format("no way leads to {}", host)};
    default: return {Code::io, fmt::format("connecting to {}: {}", host, std::strerror(failed))};
  }
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<HostPort> host_of(const std::string& url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  const size_t at = core::end_of_credentials(url, scheme + 3);
  std::string_view authority = url;
  authority.remove_prefix(at == std::string::npos ? scheme + 3 : at + 1);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  HostPort found{"", url.starts_with("rtsps:") ? 322 : 554};
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    found.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    found.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (found.host.empty()) return std::nullopt;
  if (port.empty()) return found;
  const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), found.port);
  const bool good = port[0] == ':' && error == std::errc() && end == port.data() + port.size();
  if (!good || found.port < 1 || found.port > 65535) return std::nullopt;
  return found;
}

core::Result<Socket> connect_host(const HostPort& where, std::chrono::milliseconds limit,
                                  const core::Clock& clock, const std::stop_token& stop) {
  const std::string shown = core::printable(where.host);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed =
      ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &list);
  if (failed != 0) return lookup_error(shown, failed);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(list, ::freeaddrinfo);
  const auto deadline = clock.steady() + limit;
  int left = 0;
  for (const addrinfo* address = list; address != nullptr; address = address->ai_next) ++left;
  int refusal = ETIMEDOUT;
  for (const addrinfo* address = list; address != nullptr; address = address->ai_next) {
    // One that swallows everything leaves time for the others.
    const auto now = clock.steady();
    Socket socket = open_socket(*address);
    const int outcome = connect_to(socket, *address, now + (deadline - now) / left--, clock, stop);
    if (outcome == 0) return socket;
    // One that is there tells more than one that is not.
    if (refusal != ECONNREFUSED) refusal = outcome;
  }
  return connect_error(shown, where.port, refusal);
}

core::Status check_host(const HostPort& where, std::chrono::milliseconds limit,
                        const core::Clock& clock, const std::stop_token& stop) {
  auto socket = connect_host(where, limit, clock, stop);
  return socket ? core::Status() : socket.error();
}

}  // namespace fovea::video
