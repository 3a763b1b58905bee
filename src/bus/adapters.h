#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "bus/url.h"
#include "core/context.h"
#include "core/result.h"

namespace fovea::bus {

// What a connecting adapter is given: the URL taken apart, and as it may be shown to people.
struct Address {
  Url url;
  std::string shown;
};

// One broker's way in. A new broker is its own files plus one line in adapters.cpp, and one entry
// in the list of bus_conformance_test.cpp.
struct Adapter {
  std::string scheme;
  core::Result<std::unique_ptr<Bus>> (*connect)(const Address& address,
                                                const ConnectOptions& options,
                                                const core::Context& context);
};

const std::vector<Adapter>& adapters();

// Whether connect_bus() takes the URL, without connecting. Errors: bad_input, with the known ones.
core::Status check_url(const std::string& url);

}  // namespace fovea::bus
