#include "bus/nats_inspection.h"

#include <fmt/format.h>

#include "bus/nats_greeting.h"
#include "bus/nats_session.h"
#include "bus/openness.h"

namespace fovea::bus {

namespace {

constexpr std::chrono::milliseconds greeting_limit{500};
constexpr std::chrono::milliseconds stranger_limit{1000};

}  // namespace

std::vector<Warning> inspect_nats_server(const Address& address, const core::Context& context,
                                         const std::stop_token& stop) {
  std::vector<Warning> warnings;
  const Url& url = address.url;
  if (!has_credentials(url)) return warnings;  // everybody is a stranger there
  const auto let_in = NatsSession::lets_strangers_in(address, stranger_limit);
  if (!let_in) {
    context.log.debug("whether {} lets strangers in is not known: {}", address.shown,
                      let_in.error().message);
  } else if (*let_in) {
    warnings.push_back(
        {"strangers",
         fmt::format("The NATS server at {} lets in who has no credentials: its configuration has "
                     "to include nats-users.conf, as 'fovea device' writes it, and no other "
                     "'authorization' or 'accounts' block (docs/security.md).",
                     url.host)});
  }
  if (stop.stop_requested()) return warnings;
  const auto greeting =
      read_greeting(url.host, url.port == 0 ? NatsSession::port_default : url.port, greeting_limit);
  if (!greeting) {
    context.log.debug("the version of {}: {}", address.shown, greeting.error().message);
  } else if (has_known_hole(greeting->version)) {
    warnings.push_back(
        {"old_server",
         fmt::format("nats-server {} at {} has a known hole (CVE-2023-47090): an 'authorization' "
                     "block beside 'accounts' opens it to everybody. Take 2.9.23, 2.10.2 or "
                     "newer, or add no such block to what 'fovea device' writes.",
                     greeting->version, url.host)});
  }
  return warnings;
}

}  // namespace fovea::bus
