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

// Which names requests may carry in Host and Origin: loopback's own and the given ones (with or
// without a port, which is not compared). A page on another name that was made to resolve to us
// (DNS rebinding) is told apart by exactly this. Immutable; threads: any.
class HostCheck {
 public:
  explicit HostCheck(const std::vector<std::string>& allowed_hosts);
  bool allows_host(std::string_view authority) const;
  bool allows_origin(std::string_view origin) const;

 private:
  bool allows(const std::optional<std::string>& host) const;
  std::vector<std::string> allowed_;
};

}  // namespace fovea::net
