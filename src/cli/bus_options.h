#pragma once

#include <string>

#include "bus/bus.h"
#include "cli/app.h"
#include "core/result.h"
#include "core/secrets.h"

namespace fovea::cli {

// `--bus` and `--bus-open`, of every command that takes part in a bus; empty: not given.
struct BusFlags {
  std::string bus;
  std::string open;
  core::Secrets* secrets = nullptr;  // where what ${NAME} puts in is added
};

void declare_bus_open(App app, std::string& open);

// Puts the flags over what the configuration says; ${NAME} in the address is filled in from the
// environment. Errors: bad_input.
core::Status apply_bus_flags(const BusFlags& flags, std::string& bus, bus::BusOpen& open);

}  // namespace fovea::cli
