#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "core/context.h"

namespace fovea::bus {

// What is wrong with the way to one broker although events flow: what its URL says for ever, and
// what the newest look at the server has found. Each is told in the log when it begins and when it
// ends, and as long as it lasts by fovea_bus_open{what} or fovea_bus_server_old being 1.
// Threads: any.
class WarningBoard {
 public:
  WarningBoard(std::vector<Warning> lasting, const core::Context& context);

  void put(std::vector<Warning> found);  // in place of what the look before has found
  std::vector<Warning> all() const;

 private:
  void measure(const std::string& what, bool lasts);

  const std::vector<Warning> lasting_;
  const core::Context context_;
  mutable std::mutex mutex_;  // guards found_
  std::vector<Warning> found_;
};

}  // namespace fovea::bus
