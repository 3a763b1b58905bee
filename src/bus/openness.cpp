#include "bus/openness.h"

#include <fmt/format.h>

#include "core/loopback.h"

namespace fovea::bus {

namespace {

using core::Code;
using core::Error;

// Nobody else can listen there, or the adapter will say that the host is missing.
bool is_private(const Url& url) {
  return url.scheme == "memory" || url.host.empty() || core::is_loopback(url.host);
}

constexpr const char* safe_way =
    "'fovea device add --server tls://HOST' makes credentials and what TLS needs, and prints the "
    "address (docs/security.md)";

}  // namespace

core::Result<BusOpen> parse_bus_open(const std::string& text) {
  for (const BusOpen open : {BusOpen::no, BusOpen::unencrypted, BusOpen::yes}) {
    if (text == to_string(open)) return open;
  }
  return Error{Code::bad_input,
               fmt::format("'{}' is not one of false, true (everybody may join) and unencrypted "
                           "(something else encrypts the way, such as a VPN)",
                           core::printable(text))};
}

const char* to_string(BusOpen open) {
  switch (open) {
    case BusOpen::no: return "false";
    case BusOpen::unencrypted: return "unencrypted";
    case BusOpen::yes: return "true";
  }
  return "";
}

BusOpen read_bus_open(core::YamlMap& root) {
  const auto open = parse_bus_open(root.text("bus_open", to_string(BusOpen::no)));
  if (open) return *open;
  root.problem("bus_open", "is wrong: " + open.error().message);
  return BusOpen::no;
}

bool has_credentials(const Url& url) {
  return !url.user.empty() || url.options.contains("credentials") || url.options.contains("cert");
}

bool is_encrypted(const Url& url) {
  return url.scheme == "tls" || url.options.contains("ca") || url.options.contains("cert");
}

std::vector<Warning> open_ways(const Url& url) {
  std::vector<Warning> ways;
  if (is_private(url)) return ways;
  if (!has_credentials(url)) {
    ways.push_back({"no_credentials",
                    fmt::format("The bus is open: who reaches {} sees every picture and can speak "
                                "as any camera.",
                                url.host)});
  }
  if (!is_encrypted(url)) {
    ways.push_back({"unencrypted",
                    fmt::format("The way to the bus is not encrypted: who listens between here and "
                                "{} sees every picture.",
                                url.host)});
  }
  return ways;
}

core::Status check_open(const std::string& url, BusOpen allowed) {
  const auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  if (allowed == BusOpen::yes || is_private(*parsed)) return {};
  const std::string shown = masked_url(url);
  if (!has_credentials(*parsed)) {
    return Error{Code::bad_input,
                 fmt::format("the bus {} has no credentials: who reaches {} could see every "
                             "picture and speak as any camera; {}, or say that everybody may: "
                             "--bus-open true (in a file bus_open: true)",
                             shown, parsed->host, safe_way)};
  }
  if (allowed == BusOpen::unencrypted || is_encrypted(*parsed)) return {};
  return Error{Code::bad_input,
               fmt::format("the bus {} has no TLS: who listens on the way could read its password "
                           "and every picture; {}, or say that something else encrypts the way, "
                           "such as a VPN: --bus-open unencrypted (in a file bus_open: "
                           "unencrypted)",
                           shown, safe_way)};
}

}  // namespace fovea::bus
