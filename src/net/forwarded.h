#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "net/ip_address.h"

namespace fovea::net {

// One proxy's word in Forwarded or X-Forwarded-For: who has asked it.
struct ForwardedHop {
  std::optional<IpAddress> address;  // empty: hidden ("unknown", "_name"), or unreadable
  int port = 0;                      // 0: not said
  std::string proto;                 // "https", in lower case; empty: not said
};

// The hops of a Forwarded header (RFC 7239), first the farthest. Empty where it breaks the grammar.
std::vector<ForwardedHop> parse_forwarded(std::string_view header);

// The same of X-Forwarded-For: addresses between commas, some with ports.
std::vector<ForwardedHop> parse_x_forwarded_for(std::string_view header);

// Whom a request comes from.
struct Client {
  std::string peer;       // peer_name() of it, for logs and lists; never for trust
  std::string network;    // what its limits count by
  bool by_proxy = false;  // told by a trusted proxy
  bool https = false;     // as a trusted proxy says; what the last way is made of is not in here
};

// Proxies that are believed when they say whom a request comes from, and how it came to them.
// Everybody else's word is nothing: who may say it himself is limited by nothing. Immutable;
// threads: any.
class TrustedProxies {
 public:
  using Headers = std::map<std::string, std::string>;  // names in lower case

  TrustedProxies() = default;
  // Errors: bad_input (names the entry).
  static core::Result<TrustedProxies> parse(const std::vector<std::string>& ranges);

  bool trusts(const IpAddress& address) const;
  // Of the hops, read from the near end, the first that is not a trusted proxy itself. Where
  // Forwarded and X-Forwarded-For name different clients one of them came through from outside:
  // then, as where the client is hidden, the proxy itself counts as the client.
  Client client_of(std::string_view address, int port, const Headers& headers) const;

 private:
  std::vector<IpRange> ranges_;
};

}  // namespace fovea::net
