#include <cstdlib>

#include "net/host_check.h"

// Whatever a peer sends as Host or Origin: no crash; what is accepted is loopback or "hub.local".
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::net;
  static const HostCheck check({.allowed = {"hub.local"}});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto host = parse_authority(text);
  if (check.allows_host(text) && !is_loopback(*host) && *host != "hub.local") std::abort();
  const auto origin = parse_origin(text);
  if (check.allows_origin(text, "localhost", false) && !is_loopback(*origin) &&
      *origin != "hub.local")
    std::abort();
  if (host && host->find_first_of("/@\\ []") != std::string::npos) std::abort();
  return 0;
}
