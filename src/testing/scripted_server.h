#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace fovea::testing {

// A TCP server of the loopback interface that says what a test tells it to, good or not. It serves
// one connection at a time on a thread of its own; the next one when that has ended.
class ScriptedServer {
 public:
  // Given what was received up to a blank line, or nothing right after the connection was made:
  // what to send; no value ends the connection. On the server's thread.
  using Answer = std::function<std::optional<std::string>(const std::string& request)>;

  explicit ScriptedServer(Answer answer);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  int connections() const { return connections_; }  // so far

 private:
  void serve(int client, const std::stop_token& stop);

  const Answer answer_;
  int descriptor_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace fovea::testing
