#include <cstdlib>

#include "net/forwarded.h"

// Whatever a proxy lets through: no crash; the client is an address that its text gives back, and
// somebody who is not trusted changes nothing.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::net;
  static const auto proxies = *TrustedProxies::parse({"127.0.0.1", "10.0.0.0/8"});
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const auto& hops : {parse_forwarded(text), parse_x_forwarded_for(text)}) {
    for (const auto& hop : hops) {
      if (hop.port < 0 || hop.port > 65535) std::abort();
      if (!hop.address) continue;
      const auto again = IpAddress::parse(hop.address->text());
      if (!again || again->text() != hop.address->text()) std::abort();
    }
  }
  const TrustedProxies::Headers headers[] = {
      {{"forwarded", text}}, {{"x-forwarded-for", text}, {"x-forwarded-proto", text}}};
  for (const auto& one : headers) {
    const Client client = proxies.client_of("127.0.0.1", 5, one);
    if (network_of_peer(client.peer) != client.network) std::abort();
    if (proxies.client_of("192.0.2.1", 5, one).peer != "192.0.2.1:5") std::abort();
  }
  return 0;
}
