#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"

namespace fovea::net {

// The host of "name", "name:port", "1.2.3.4:port" or "[::1]:port", in lower case and without
// brackets; empty when the text is anything else. RFC 3986, 3.2.
std::optional<std::string> parse_authority(std::string_view authority);

// The host of an Origin ("http://name:port"); empty for "null", other schemes and anything else.
std::optional<std::string> parse_origin(std::string_view origin);

struct HostRules {
  std::vector<std::string> allowed = {};  // in Host and Origin, besides loopback's own
  // In Host only: this machine's own names.
  std::vector<std::string> own = {};
  // Bare addresses in Host, which nobody can make resolve to anything: beyond loopback.
  bool addresses = false;
  // Only pages of exactly the authority (scheme, name and port) that Host says, or of an allowed
  // name at Host's port or the scheme's own: where people sign in, so that another service on this
  // machine cannot use their cookie.
  bool exact_origin = false;
};

// Which names requests may carry in Host and Origin: loopback's own and the given ones (with or
// without a port, which is not compared). A page on another name that was made to resolve to us
// (DNS rebinding) is told apart by exactly this. Immutable; threads: any.
class HostCheck {
 public:
  explicit HostCheck(HostRules rules);
  bool allows_host(std::string_view authority) const;
  // `host` is the request's Host.
  bool allows_origin(std::string_view origin, std::string_view host, bool tls) const;

 private:
  bool names(const std::vector<std::string>& list, const std::string& host) const;
  HostRules rules_;
};

}  // namespace fovea::net
