#pragma once

#include <memory>

#include "bus/adapters.h"

namespace fovea::bus {

// NATS (core NATS, at most once) by nats.c: events travel as CloudEvents in binary mode
// (nats_message.h), questions as NATS requests on `request.<topic>`.
core::Result<std::unique_ptr<Bus>> connect_nats_bus(const Address& address,
                                                    const ConnectOptions& options,
                                                    const core::Context& context);

}  // namespace fovea::bus
