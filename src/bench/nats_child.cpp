#include "bench/nats_child.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

int find_free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(probe, generic, length) == 0 && getsockname(probe, generic, &length) == 0;
  close(probe);
  return bound ? ntohs(address.sin_port) : 0;
}

bool accepts_connections(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(port);
  const bool connected =
      connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(probe);
  return connected;
}

pid_t spawn_server(int port) {
  std::string name = "nats-server", address_flag = "-a", address = "127.0.0.1", port_flag = "-p";
  std::string port_text = std::to_string(port);
  char* command[] = {name.data(),      address_flag.data(), address.data(),
                     port_flag.data(), port_text.data(),    nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, command[0], &actions, nullptr, command, environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed ? -1 : pid;
}

}  // namespace

core::Result<std::unique_ptr<NatsChild>> NatsChild::start() {
  const int port = find_free_port();
  const pid_t pid = port ? spawn_server(port) : -1;
  if (pid < 0) {
    return core::Error{core::Code::unsupported,
                       "nats-server was not found; install it (apt-get install nats-server)"};
  }
  std::unique_ptr<NatsChild> child(new NatsChild(pid, port));
  for (int attempt = 0; attempt < 500; ++attempt) {
    if (accepts_connections(port)) return child;
    std::this_thread::sleep_for(20ms);
  }
  return core::Error{core::Code::io, "nats-server did not open its port"};
}

NatsChild::~NatsChild() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string NatsChild::url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

}  // namespace fovea::bench
