#include "bus/nats_greeting.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <tuple>

#include "core/ids.h"
#include "core/json.h"

namespace fovea::bus {

namespace {

using core::Code;
using core::Error;
using Clock = std::chrono::steady_clock;

constexpr size_t greeting_bytes_max = 16 << 10;
constexpr size_t version_length_max = 64;

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

bool wait_for(const Socket& socket, short events, Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  pollfd waiting{socket.get(), events, 0};
  return left.count() > 0 && ::poll(&waiting, 1, int(left.count())) == 1;
}

bool connects(const Socket& socket, const addrinfo& address, Clock::time_point end) {
  if (socket.get() < 0) return false;
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS || !wait_for(socket, POLLOUT, end)) return false;
  int failure = 0;
  socklen_t length = sizeof failure;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &length) == 0 && failure == 0;
}

// The first line, or what came of it until `end`.
std::string read_line(const Socket& socket, Clock::time_point end) {
  std::string line;
  std::array<char, 2048> buffer{};
  while (line.size() < greeting_bytes_max && wait_for(socket, POLLIN, end)) {
    const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    line.append(buffer.data(), size_t(count));
    if (const size_t newline = line.find('\n'); newline != std::string::npos) {
      line.resize(newline);
      break;
    }
  }
  return line;
}

}  // namespace

std::optional<NatsGreeting> parse_greeting(std::string_view line) {
  constexpr std::string_view word = "INFO ";
  if (!line.starts_with(word)) return std::nullopt;
  const auto json = core::parse_json(line.substr(word.size()));
  const std::string* version = json ? (*json)["version"].text() : nullptr;
  if (!version || version->empty()) return std::nullopt;
  return NatsGreeting{core::printable(*version, version_length_max)};
}

core::Result<NatsGreeting> read_greeting(const std::string& host, int port,
                                         std::chrono::milliseconds limit) {
  const auto end = Clock::now() + limit;
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &raw);
      failed != 0) {
    return Error{Code::io, fmt::format("{}: {}", host, ::gai_strerror(failed))};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(raw, &::freeaddrinfo);
  for (const addrinfo* one = raw; one != nullptr; one = one->ai_next) {
    const Socket socket(
        ::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, one->ai_protocol));
    if (!connects(socket, *one, end)) continue;
    const auto greeting = parse_greeting(read_line(socket, end));
    if (greeting) return *greeting;
    return Error{Clock::now() < end ? Code::bad_input : Code::timeout,
                 fmt::format("{}:{} does not greet as a NATS server does", host, port)};
  }
  return Error{Code::io, fmt::format("{}:{} cannot be reached", host, port)};
}

bool has_known_hole(std::string_view version) {
  std::array<int, 3> parts{};
  const char* at = version.data();
  const char* const end = version.data() + version.size();
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto [stopped, failure] = std::from_chars(at, end, parts[i]);
    if (failure != std::errc()) return false;
    const bool is_last = i + 1 == parts.size();
    if (!is_last && (stopped == end || *stopped != '.')) return false;
    at = is_last ? stopped : stopped + 1;
  }
  const auto number = std::tuple(parts[0], parts[1], parts[2]);
  return number < std::tuple(2, 9, 23) ||
         (number >= std::tuple(2, 10, 0) && number < std::tuple(2, 10, 2));
}

}  // namespace fovea::bus
