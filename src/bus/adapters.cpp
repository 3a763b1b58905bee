#include "bus/adapters.h"

#include "bus/memory_bus.h"
#include "bus/nats_bus.h"
#include "bus/openness.h"

namespace fovea::bus {

const std::vector<Adapter>& adapters() {
  static const std::vector<Adapter> list = {
      {"memory", connect_memory_bus},
      {"nats", connect_nats_bus},
      {"tls", connect_nats_bus},
  };
  return list;
}

namespace {

core::Result<const Adapter*> find_adapter(const Url& url) {
  std::string known;
  for (const auto& adapter : adapters()) {
    if (adapter.scheme == url.scheme) return &adapter;
    known += (known.empty() ? "" : ", ") + adapter.scheme + "://";
  }
  return core::Error{core::Code::bad_input, "there is no bus '" + core::printable(url.scheme) +
                                                "://'; this build knows " + known};
}

}  // namespace

core::Status check_url(const std::string& url) {
  const auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  const auto adapter = find_adapter(*parsed);
  if (!adapter) return adapter.error();
  return {};
}

core::Result<std::unique_ptr<Bus>> connect_bus(const std::string& url,
                                               const ConnectOptions& options,
                                               const core::Context& context) {
  auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  const auto adapter = find_adapter(*parsed);
  if (!adapter) return adapter.error();
  if (auto good = check_open(url, options.open); !good) return good.error();
  return (*adapter)->connect({*parsed, masked_url(url)}, options, context.named("bus"));
}

}  // namespace fovea::bus
