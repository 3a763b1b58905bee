#pragma once

#include <memory>

#include "bus/adapters.h"

namespace fovea::bus {

// The embedded bus: everything that connects to one name in this process shares one hub, payloads
// are shared and never copied. A publisher hands each event straight to the matching mailboxes, so
// nothing is ever in flight and a live publisher always has credit; what is too fast is dropped
// in the subscriber's mailbox. A bus ends when the last connection to its name does.
core::Result<std::unique_ptr<Bus>> connect_memory_bus(const Address& address,
                                                      const ConnectOptions& options,
                                                      const core::Context& context);

}  // namespace fovea::bus
