#pragma once

#include "core/result.h"

namespace fovea::core {

// A TCP port on the loopback interface that was free a moment ago. Errors: io.
Result<int> find_free_port();

// True once something accepts connections on the port.
bool accepts_connections(int port);

}  // namespace fovea::core
