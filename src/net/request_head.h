#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <map>
#include <optional>
#include <string>

#include "net/host_check.h"

namespace fovea::net {

using RequestHead = boost::beast::http::request_header<>;

// Names in lower case; repeated ones joined by commas.
std::map<std::string, std::string> header_map(const RequestHead& head);

// Why a request is refused before a byte of its body is read.
struct HeadRefusal {
  const char* reason;  // of fovea_rejected_total
  int status;
  const char* title;
  std::string words;
};

// What must hold of every request, whoever sends it: one Host, ours; no page of others; a body
// whose end we know as surely as any proxy before us (no coding but `chunked`, RFC 9112, 6.1), and
// that is not compressed. `https`: how the page's browser came, to us or to a proxy that we trust.
std::optional<HeadRefusal> check_head(const RequestHead& head, const HostCheck& hosts, bool https);

}  // namespace fovea::net
