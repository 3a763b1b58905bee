#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "wire/event.h"

namespace fovea::bus {

// Gives ordered events their `publisher` and `publication` (wire/event.h), so that subscribers
// can count what was lost. One per bus connection; not thread-safe: number and send under one
// lock, or the counts come out of order. Limit: one entry per topic that is published on.
class Numbering {
 public:
  Numbering();
  void number(wire::Event& event);

 private:
  const std::string publisher_;
  std::map<std::string, uint64_t> publications_;  // by topic
};

}  // namespace fovea::bus
