#pragma once

#include <optional>

#include "net/http_server.h"

namespace fovea::net {

// Who is let in where. The server asks it once for every request, with the scope that the route
// declares, before the body is read and before any handler runs; what it refuses never gets
// further. Called on the I/O thread: must not block.
class Guard {
 public:
  virtual ~Guard() = default;

  struct Admission {
    Identity identity;
    std::optional<Response> refusal;  // set: this is the answer
  };
  // `request` has no body and no parameters yet.
  virtual Admission admit(const Request& request, Scope needed) = 0;

  // Asked each second about streams and WebSockets that are open; false ends them.
  virtual bool still_valid(const Identity& identity) = 0;
};

}  // namespace fovea::net
