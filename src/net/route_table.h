#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"

namespace fovea::net {

// One route: a method, a pattern, what it asks of the caller, and what answers (a handler or a
// factory of WebSockets).
struct RouteEntry {
  std::string method;
  std::string pattern;
  Scope scope = Scope::admin;
  RequestHandler handler;
  WebSocketFactory websocket;
  size_t body_bytes_max = 0;
};

// What a path matches. `entry` is null when the method does not fit; `methods` then says which do.
struct RouteMatch {
  const RouteEntry* entry = nullptr;
  std::map<std::string, std::string> parameters;
  std::vector<std::string> methods;  // of the path, with HEAD and OPTIONS; empty: unknown path
};

// Matches decoded paths part by part; of several patterns that fit, the first added wins. GET also
// answers HEAD. Filled before the server starts, then read by its thread only.
class RouteTable {
 public:
  void add(RouteEntry entry);
  RouteMatch match(std::string_view method, std::string_view path) const;
  const std::vector<RouteEntry>& entries() const { return entries_; }

 private:
  std::vector<RouteEntry> entries_;
};

}  // namespace fovea::net
