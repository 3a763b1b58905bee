#include "cli/bus_options.h"

#include "bus/openness.h"
#include "core/environment.h"

namespace fovea::cli {

void declare_bus_open(App app, std::string& open) {
  const auto take = [&open](const std::string& text) { open = text.empty() ? "true" : text; };
  app.add_option_function(
         "--bus-open", take,
         "Beyond this machine a bus needs credentials and TLS, unless this says: true (everybody "
         "may join), or unencrypted (something else encrypts the way, such as a VPN)")
      .value_optional();
}

core::Status apply_bus_flags(const BusFlags& flags, std::string& bus, bus::BusOpen& open) {
  if (!flags.bus.empty()) {
    auto expanded = core::expand_environment(flags.bus, flags.secrets);
    if (!expanded) return expanded.error().context("--bus");
    bus = *std::move(expanded);
  }
  if (!flags.open.empty()) {
    const auto wanted = bus::parse_bus_open(flags.open);
    if (!wanted) return wanted.error().context("--bus-open");
    open = *wanted;
  }
  return {};
}

}  // namespace fovea::cli
