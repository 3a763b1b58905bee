#pragma once

#include <map>
#include <string>

#include "core/result.h"

namespace fovea::bus {

// A bus URL taken apart: scheme://[user[:password]@]host[:port][?name=value&...]. User, password
// and option values are percent-decoded.
struct Url {
  std::string scheme;
  std::string user;
  std::string password;
  std::string host;  // for memory:// the bus's name; an IPv6 address without its brackets
  int port = 0;      // 0: not given
  std::map<std::string, std::string> options;
};

// Errors: bad_input, a sentence without the URL's secrets.
core::Result<Url> parse_url(const std::string& text);

}  // namespace fovea::bus
