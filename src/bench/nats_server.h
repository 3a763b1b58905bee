#pragma once

#include <memory>
#include <string>

#include "core/child_process.h"
#include "core/temporary_directory.h"

namespace fovea::bench {

// A nats-server of our own on a free port of the loopback interface, for as long as the object
// lives; takes messages of 8 MB, the most that it does not warn of. Errors: unsupported (no
// nats-server in PATH), io.
class NatsServer {
 public:
  static core::Result<std::unique_ptr<NatsServer>> start(const core::Log& log);

  std::string url() const;

 private:
  NatsServer(core::TemporaryDirectory folder, core::ChildProcess process, int port)
      : folder_(std::move(folder)), process_(std::move(process)), port_(port) {}
  const core::TemporaryDirectory folder_;  // of its configuration
  core::ChildProcess process_;
  const int port_;
};

}  // namespace fovea::bench
