#include "cli/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "core/ids.h"

namespace fovea::cli {

namespace {

constexpr auto check_period = std::chrono::microseconds(1'000'000);
constexpr auto status_period = std::chrono::seconds(5);
constexpr int pings_per_watchdog = 3;  // sd_watchdog_enabled(3) asks for two at least
constexpr size_t status_length_max = 500;

std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value ? value : "";
  unsetenv(name);
  return text;
}

uint64_t number(const std::string& text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  return std::from_chars(text.data(), end, value).ptr == end ? value : 0;
}

}  // namespace

ServiceManager::ServiceManager(const core::Context& context)
    : context_(context.named("service")), address_(take_variable("NOTIFY_SOCKET")) {
  const uint64_t watchdog_us = number(take_variable("WATCHDOG_USEC"));
  const std::string watched = take_variable("WATCHDOG_PID");
  if (address_.empty()) return;
  sockaddr_un place{};
  if ((address_[0] != '/' && address_[0] != '@') || address_.size() >= sizeof place.sun_path) {
    context_.log.warning("NOTIFY_SOCKET is no socket that this program knows how to reach");
    return;
  }
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) {
    context_.log.warning("the service manager cannot be told: {}", std::strerror(errno));
  }
  if (watched.empty() || number(watched) == static_cast<uint64_t>(getpid())) {
    watchdog_ = std::chrono::microseconds(watchdog_us);
  }
}

ServiceManager::~ServiceManager() {
  if (socket_ >= 0) ::close(socket_);
}

void ServiceManager::ready() { ready_owed_ = !send("READY=1"); }

void ServiceManager::turn(const std::function<std::string()>& hanging,
                          const std::function<std::string()>& status) {
  if (socket_ < 0) return;
  const auto now = context_.clock.steady();
  if (ready_owed_) ready();
  const auto pause = watchdog_ / pings_per_watchdog;
  if (watchdog_.count() > 0 && now >= check_due_) {
    check_due_ = now + std::min(pause, check_period);
    check(hanging());
    if (hanging_.empty() && now >= ping_due_) {
      ping_due_ = now + pause;
      send("WATCHDOG=1");
    }
  }
  if (now < status_due_) return;
  status_due_ = now + status_period;
  // On one line: no text of a source may pass for an assignment.
  const std::string text = core::printable(status(), status_length_max);
  if (text != status_ && send("STATUS=" + text)) status_ = text;
}

void ServiceManager::check(const std::string& hanging) {
  if (hanging == hanging_) return;
  if (hanging.empty()) {
    context_.log.warning("all parts move again");
  } else {
    context_.log.error("{} hangs; the watchdog is not told that all is well", hanging);
  }
  hanging_ = hanging;
}

void ServiceManager::stopping() { send("STOPPING=1\nSTATUS=stopping"); }

bool ServiceManager::send(const std::string& lines) {
  if (socket_ < 0) return true;
  sockaddr_un place{};
  place.sun_family = AF_UNIX;
  std::memcpy(place.sun_path, address_.data(), address_.size());
  if (place.sun_path[0] == '@') place.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const auto sent = sendto(socket_, lines.data(), lines.size(), MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(&place), length);
  return sent >= 0;
}

}  // namespace fovea::cli
