#include "site/http_api_waiting.h"

#include <fmt/format.h>

#include "site/http_api_json.h"

namespace fovea::site {

namespace {

std::string with_doer(const std::string& what, const net::Request& request) {
  const std::string& who = request.identity.name;
  return who.empty() ? what : fmt::format("{} by {}", what, who);
}

net::Response no_content() {
  net::Response response;
  response.status = 204;
  return response;
}

}  // namespace

net::Response list_waiting(Site& site) {
  KnownDevices& known = site.known_devices();
  return net::json_response(dump({{"unknown_devices", to_string(known.unknown_devices())},
                                  {"waiting", waiting_json(known.waiting())},
                                  {"ignored", known.ignored()}}));
}

net::Response accept_device(Site& site, const net::Request& request) {
  const std::string& id = request.parameters.at("id");
  if (auto accepted = site.known_devices().accept(id); !accepted) {
    return net::problem(accepted.error());
  }
  site.add_event(EventKind::device, id, with_doer("accepted", request));
  return no_content();
}

net::Response ignore_device(Site& site, const net::Request& request) {
  const std::string& id = request.parameters.at("id");
  if (auto ignored = site.known_devices().ignore(id); !ignored) {
    return net::problem(ignored.error());
  }
  site.add_event(EventKind::site, "",
                 with_doer(fmt::format("the unknown device {} is ignored", id), request));
  return no_content();
}

}  // namespace fovea::site
