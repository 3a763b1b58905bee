#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/context.h"
#include "net/guard.h"
#include "net/host_check.h"
#include "net/io_gate.h"
#include "net/route_table.h"

namespace fovea::net {

// A connection as the server sees it, to end it.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void shut_down() = 0;  // politely: what is under way may end
  virtual void cut() = 0;        // at once
  virtual const std::string& peer() const = 0;
  // Whose stream or WebSocket it is; null while it serves single requests.
  virtual const Identity* stays_open_for() const = 0;
  virtual void revoke() = 0;  // that identity is not valid any more
};

inline HostRules host_rules(const ServerOptions& options) {
  const bool beyond = !is_loopback(options.address);
  return {options.allowed_hosts, options.own_hosts, beyond, beyond || options.exact_origin};
}

// What all connections of one server share. I/O thread only, but for the gate. Connections live in
// the handlers of `io`, which is destroyed first.
struct ServerCore {
  ServerCore(const ServerOptions& options_given, const core::Context& context_given)
      : options(options_given), context(context_given), hosts(host_rules(options_given)) {}

  void count_rejected(const std::string& reason) {
    context.metrics
        .counter("fovea_rejected_total", "What came from outside and was refused",
                 {{"kind", "http"}, {"reason", reason}})
        .add();
  }
  void count_request(const std::string& route, int status) {
    context.metrics
        .counter("fovea_http_requests_total", "Requests answered",
                 {{"route", route}, {"status", std::to_string(status)}})
        .add();
  }

  const ServerOptions options;
  const core::Context context;
  const HostCheck hosts;
  // Who asks for what: the guard's answer, or everything where there is none.
  Guard::Admission admit(const Request& request, Scope needed) const {
    if (guard != nullptr) return guard->admit(request, needed);
    return {{Identity::Kind::local, Scope::admin, {}, {}}, {}};
  }

  RouteTable table;
  Guard* guard = nullptr;
  std::shared_ptr<boost::asio::ssl::context> tls;
  RequestHandler fallback;

  core::Gauge& open_connections =
      context.metrics.gauge("fovea_http_connections", "Open connections, WebSockets included");
  core::Gauge& open_websockets =
      context.metrics.gauge("fovea_websocket_connections", "Open WebSockets");
  core::Counter& websocket_bytes = context.metrics.counter("fovea_websocket_sent_bytes_total",
                                                           "Bytes of messages given to the kernel");

  std::map<uint64_t, std::weak_ptr<Connection>> connections;
  uint64_t next_id = 1;
  bool stopping = false;

  boost::asio::io_context io{1};
  boost::asio::steady_timer stop_timer{io};  // cancelled when the last connection has gone
  std::shared_ptr<IoGate> gate = std::make_shared<IoGate>(io);
};

// Holds a connection's place in the server's list and its gauges.
class ConnectionSeat {
 public:
  explicit ConnectionSeat(ServerCore& core) : core_(core), id_(core.next_id++) {}
  ~ConnectionSeat() { release(); }
  ConnectionSeat(const ConnectionSeat&) = delete;
  ConnectionSeat& operator=(const ConnectionSeat&) = delete;

  void take(std::weak_ptr<Connection> connection) {
    core_.connections[id_] = std::move(connection);
    core_.open_connections.set(double(core_.connections.size()));
  }
  void release() {
    core_.connections.erase(id_);
    core_.open_connections.set(double(core_.connections.size()));
    if (core_.stopping && core_.connections.empty()) core_.stop_timer.cancel();
  }

 private:
  ServerCore& core_;
  const uint64_t id_;
};

}  // namespace fovea::net
