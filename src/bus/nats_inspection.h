#pragma once

#include <stop_token>
#include <vector>

#include "bus/adapters.h"
#include "bus/bus.h"
#include "core/context.h"

namespace fovea::bus {

// Looks at a server that somebody has just connected to with credentials: whether it lets others in
// without any (a second connection tries), and whether its version has a known hole. Waits for the
// network, for two seconds at most. Where the server says neither yes nor no there is no warning.
std::vector<Warning> inspect_nats_server(const Address& address, const core::Context& context,
                                         const std::stop_token& stop);

}  // namespace fovea::bus
