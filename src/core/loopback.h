#pragma once

#include <string_view>

#include "core/result.h"

namespace fovea::core {

// A TCP port on the loopback interface that was free a moment ago. Errors: io.
Result<int> find_free_port();

// True once something accepts connections on the port.
bool accepts_connections(int port);

// Whether only this machine is meant: 127.0.0.0/8, "::1" (without brackets) and "localhost".
bool is_loopback(std::string_view host);

}  // namespace fovea::core
