#include "net/request_head.h"

#include <fmt/format.h>

#include "core/ids.h"

namespace fovea::net {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  }
  return lower;
}

std::optional<HeadRefusal> check_host(const RequestHead& head, const HostCheck& hosts) {
  if (head.count(http::field::host) != 1) {
    return HeadRefusal{"bad_request", 400, "Wrong request", "exactly one Host header is needed"};
  }
  if (hosts.allows_host(head[http::field::host])) return std::nullopt;
  return HeadRefusal{
      "host", 421, "Unknown host name",
      fmt::format("this site does not answer to '{}'; use localhost, or add the name "
                  "to allowed_hosts in its configuration",
                  core::printable(head[http::field::host]))};
}

std::optional<HeadRefusal> check_origin(const RequestHead& head, const HostCheck& hosts,
                                        bool https) {
  const auto found = head.find(http::field::origin);
  if (found == head.end()) return std::nullopt;
  const std::string_view origin = found->value();
  const std::string_view host = head[http::field::host];
  if (hosts.allows_origin(origin, host, https)) return std::nullopt;
  auto words = fmt::format("pages of '{}' may not use this site", core::printable(origin));
  if (parse_origin(origin) == parse_authority(host)) {
    words = fmt::format(
        "the page is at '{}', but the request says Host '{}' over {}; a proxy in "
        "front has to pass on the Host that it was asked for, port included, and "
        "X-Forwarded-Proto, and to be among trusted_proxies",
        core::printable(origin), core::printable(host), https ? "HTTPS" : "HTTP");
  }
  return HeadRefusal{"origin", 403, "Foreign page", std::move(words)};
}

// Beast reads no body where it does not know the coding: the body would be the next request.
std::optional<HeadRefusal> check_framing(const RequestHead& head) {
  const auto count = head.count(http::field::transfer_encoding);
  const bool chunked = count == 1 && head.version() == 11 &&
                       beast::iequals(head[http::field::transfer_encoding], "chunked");
  if (count > 0 && !chunked) {
    return HeadRefusal{"transfer_encoding", 501, "Unknown transfer coding",
                       "send the body with a Content-Length, or as HTTP/1.1 with exactly "
                       "'Transfer-Encoding: chunked'"};
  }
  if (head.count(http::field::content_encoding) == 0) return std::nullopt;
  return HeadRefusal{"bad_request", 415, "Compressed body",
                     "send the body without a Content-Encoding"};
}

}  // namespace

std::map<std::string, std::string> header_map(const RequestHead& head) {
  std::map<std::string, std::string> headers;
  for (const auto& field : head) {
    const std::string value(field.value());
    auto [place, added] = headers.emplace(lower_case(field.name_string()), value);
    if (!added) place->second += ", " + value;
  }
  return headers;
}

std::optional<HeadRefusal> check_head(const RequestHead& head, const HostCheck& hosts, bool https) {
  if (auto refusal = check_host(head, hosts)) return refusal;
  if (auto refusal = check_origin(head, hosts, https)) return refusal;
  return check_framing(head);
}

}  // namespace fovea::net
