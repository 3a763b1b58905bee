#include "testing/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "testing/wait_until.h"

namespace fovea::testing {

namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// In the child: only calls that are safe after fork() in a program with threads.
[[noreturn]] void become(char* const* command, char* const* environment, int out, int error) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, 0);
  dup2(out, 1);
  dup2(error, 2);
  execvpe(command[0], command, environment);
  _exit(127);
}

}  // namespace

int find_free_port() {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      bind(socket_fd, generic, length) == 0 && getsockname(socket_fd, generic, &length) == 0;
  close(socket_fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

bool accepts_connections(int port) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(port);
  const bool connected =
      connect(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(socket_fd);
  return connected;
}

Process::Process(std::vector<std::string> command, std::vector<std::string> environment)
    : command_(std::move(command)) {
  std::vector<std::string> arguments = command_;
  std::vector<std::string> variables = std::move(environment);
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  auto argument_pointers = pointers(arguments);
  auto variable_pointers = pointers(variables);
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  const int out = open((directory_ / "out").c_str(), flags, 0600);
  const int error = open((directory_ / "error").c_str(), flags, 0600);
  pid_ = fork();
  if (pid_ == 0) become(argument_pointers.data(), variable_pointers.data(), out, error);
  close(out);
  close(error);
  if (pid_ < 0) throw std::runtime_error("cannot start " + command_[0]);
}

Process::~Process() { kill(); }

bool Process::is_running() {
  if (status_ >= 0) return false;
  int raw = 0;
  if (waitpid(pid_, &raw, WNOHANG) != pid_) return true;
  status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return false;
}

void Process::wait_for_port(int port, std::chrono::milliseconds limit) {
  bool died = false;
  const bool ready = wait_until(
      [&] {
        died = !is_running();
        return died || accepts_connections(port);
      },
      limit);
  if (!ready || died) {
    throw std::runtime_error(command_[0] + " did not open port " + std::to_string(port) + ": " +
                             output());
  }
}

int Process::wait(std::chrono::milliseconds limit) {
  if (!wait_until([&] { return !is_running(); }, limit)) {
    throw std::runtime_error(command_[0] + " did not end in time: " + output());
  }
  return status_;
}

void Process::send_signal(int signal) {
  if (is_running()) ::kill(pid_, signal);
}

void Process::kill() {
  if (!is_running()) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  status_ = 128 + SIGKILL;
}

void Process::pause() { send_signal(SIGSTOP); }

void Process::resume() { send_signal(SIGCONT); }

std::string Process::output() const { return standard_output() + read_file(directory_ / "error"); }

std::string Process::standard_output() const { return read_file(directory_ / "out"); }

std::string run_command(std::vector<std::string> command) {
  const std::string name = command[0];
  Process process(std::move(command));
  if (const int status = process.wait(); status != 0) {
    throw std::runtime_error(name + " ended with status " + std::to_string(status) + ": " +
                             process.output());
  }
  return process.standard_output();
}

}  // namespace fovea::testing
