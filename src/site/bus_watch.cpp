#include "site/bus_watch.h"

#include <utility>

namespace fovea::site {

void BusWatch::look() {
  const bus::BusState state = bus_.state();
  if (state.connection != last_) {
    last_ = state.connection;
    const bool connected = state.connection == bus::Connection::connected;
    timeline_.add(EventKind::bus, "", connected ? "connected again" : state.detail);
  }
  std::set<std::string> now;
  for (const auto& warning : state.warnings) {
    now.insert(warning.what);
    if (!warned_.contains(warning.what)) timeline_.add(EventKind::bus, "", warning.text);
  }
  const auto before = std::exchange(warned_, std::move(now));
  if (before.contains("strangers") && !warned_.contains("strangers")) {
    timeline_.add(EventKind::bus, "", "the server lets no strangers in any longer");
  }
}

}  // namespace fovea::site
