#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "core/result.h"

namespace fovea::bench {

// A nats-server of our own on a free port of the loopback interface, for as long as the object
// lives. Errors: unsupported (no nats-server in PATH), io.
class NatsChild {
 public:
  static core::Result<std::unique_ptr<NatsChild>> start();
  ~NatsChild();

  std::string url() const;

 private:
  NatsChild(pid_t pid, int port) : pid_(pid), port_(port) {}
  const pid_t pid_;
  const int port_;
};

}  // namespace fovea::bench
