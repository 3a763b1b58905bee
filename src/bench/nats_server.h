#pragma once

#include <memory>
#include <string>

#include "core/child_process.h"

namespace fovea::bench {

// A nats-server of our own on a free port of the loopback interface, for as long as the object
// lives. Errors: unsupported (no nats-server in PATH), io.
class NatsServer {
 public:
  static core::Result<std::unique_ptr<NatsServer>> start(const core::Log& log);

  std::string url() const;

 private:
  NatsServer(core::ChildProcess process, int port) : process_(std::move(process)), port_(port) {}
  core::ChildProcess process_;
  const int port_;
};

}  // namespace fovea::bench
