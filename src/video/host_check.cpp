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

namespace fovea::video {

namespace {

using core::Code;
using core::Error;

constexpr int poll_step_ms = 50;  // how soon a stop request is seen

struct CloseSocket {
  int descriptor;
  ~CloseSocket() { ::close(descriptor); }
};

// The errno of connecting; 0: it listens.
int connect_to(const addrinfo& address, core::SteadyTime deadline, const core::Clock& clock,
               const std::stop_token& stop) {
  const CloseSocket socket{
      ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (socket.descriptor < 0) return errno;
  if (::connect(socket.descriptor, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  while (!stop.stop_requested() && clock.steady() < deadline) {
    pollfd wanted{socket.descriptor, POLLOUT, 0};
    if (::poll(&wanted, 1, poll_step_ms) <= 0) continue;
    int failed = 0;
    socklen_t length = sizeof(failed);
    ::getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &failed, &length);
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

std::optional<HostPort> host_of(const std::string& url) {
  const size_t start = url.find("://");
  if (start == std::string::npos) return std::nullopt;
  std::string_view authority = url;
  authority.remove_prefix(start + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
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

core::Status check_host(const HostPort& where, std::chrono::milliseconds limit,
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
    const int outcome = connect_to(*address, now + (deadline - now) / left--, clock, stop);
    if (outcome == 0) return {};
    // One that is there tells more than one that is not.
    if (refusal != ECONNREFUSED) refusal = outcome;
  }
  return connect_error(shown, where.port, refusal);
}

}  // namespace fovea::video
