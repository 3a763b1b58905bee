#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::bus {

// What a NATS server says of itself before anything else, unencrypted: `INFO {...}`. nats.c reads
// it, too, but does not hand it out.
struct NatsGreeting {
  std::string version;  // "2.9.10"
};

// Nothing: this is no greeting of a NATS server. Pure.
std::optional<NatsGreeting> parse_greeting(std::string_view line);

// Connects, reads one line, hangs up. Errors: io, timeout, bad_input (no NATS server).
core::Result<NatsGreeting> read_greeting(const std::string& host, int port,
                                         std::chrono::milliseconds limit);

// Whether this version lets everybody in beside an `authorization` block (CVE-2023-47090): before
// 2.9.23, and 2.10.0 to 2.10.1. False for what is no version. Pure.
bool has_known_hole(std::string_view version);

}  // namespace fovea::bus
