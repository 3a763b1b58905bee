#include <cstdlib>

#include "core/utf8.h"
#include "net/request_target.h"
#include "net/route_table.h"

// Whatever a peer sends as a target: no crash, and what is accepted cannot climb or smuggle.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::net;
  static const RouteTable table = [] {
    RouteTable routes;
    const RequestHandler nothing = [](const Request&, const ResponderPtr&) {};
    for (const char* pattern : {"/", "/a/{id}", "/a/{id}/b", "/{x}/{y}/{z}"}) {
      routes.add({"GET", pattern, Scope::open, nothing, {}});
    }
    return routes;
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = parse_request_target(text);
  if (!target) return 0;
  if (target->path != "*" && !target->path.starts_with('/')) std::abort();
  if (target->path.find("/../") != std::string::npos) std::abort();
  if (target->path.ends_with("/..")) std::abort();
  if (target->path.find_first_of(std::string("\0\r\n\\", 4)) != std::string::npos) std::abort();
  if (!fovea::core::is_utf8(target->path)) std::abort();
  const auto match = table.match("GET", target->path);
  for (const auto& [name, value] : match.parameters) {
    if (value.empty() || value.find('/') != std::string::npos) std::abort();
  }
  return 0;
}
