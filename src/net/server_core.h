#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "core/context.h"
#include "net/forwarded.h"
#include "net/guard.h"
#include "net/host_check.h"
#include "net/io_gate.h"
#include "net/places.h"
#include "net/route_table.h"

namespace fovea::net {

// A connection as the server sees it, to end it.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void shut_down() = 0;  // politely: what is under way may end
  virtual void cut() = 0;        // at once
  // Whose stream or WebSocket it is; null while it serves single requests.
  virtual const Identity* stays_open_for() const = 0;
  virtual void revoke() = 0;  // that identity is no longer valid
};

inline HostRules host_rules(const ServerOptions& options) {
  const bool beyond = !is_loopback(options.address);
  return {options.allowed_hosts, options.own_hosts, beyond, beyond || options.exact_origin};
}

// What all connections of one server share. I/O thread only, but for the gate. Connections live in
// the handlers of `io`, which is destroyed first.
struct ServerCore {
  ServerCore(const ServerOptions& options_given, const core::Context& context_given)
      : options(options_given),
        context(context_given),
        hosts(host_rules(options_given)),
        places({options.connections_max, options.strangers_max, options.strangers_per_network_max,
                options.connections_per_user_max}) {}

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

  // Gives the connection `id` the place of `holder`; whoever leaves for it is cut.
  Places::Verdict seat(uint64_t id, Places::Holder holder) {
    const auto answer = places.seat(id, std::move(holder));
    if (!answer.leaves) return answer.verdict;
    count_rejected("crowded_out");
    const auto found = connections.find(*answer.leaves);
    const auto connection = found == connections.end() ? nullptr : found->second.lock();
    if (connection) connection->cut();
    return answer.verdict;
  }

  // What may be a wrong configuration, and may be an attacker: one line of each kind.
  void tell_once(const std::string& kind, const std::string& words) {
    if (told.insert(kind).second) context.log.warning("{} (said once)", words);
  }
  // A proxy that nobody has told us to trust makes all its clients look like one.
  void note_unbelieved(const Client& client, const TrustedProxies::Headers& headers) {
    if (client.by_proxy || guard == nullptr) return;
    if (!headers.contains("x-forwarded-for") && !headers.contains("forwarded")) return;
    tell_once("forwarded", client.peer +
                               " says for whom it asks (X-Forwarded-For or Forwarded) and is not "
                               "among trusted_proxies: it counts as the client itself");
  }

  RouteTable table;
  Guard* guard = nullptr;
  TrustedProxies proxies;
  std::shared_ptr<boost::asio::ssl::context> tls;
  RequestHandler fallback;

  core::Gauge& open_connections =
      context.metrics.gauge("fovea_http_connections", "Open connections, WebSockets included");
  core::Gauge& open_websockets =
      context.metrics.gauge("fovea_websocket_connections", "Open WebSockets");
  core::Counter& websocket_bytes = context.metrics.counter("fovea_websocket_sent_bytes_total",
                                                           "Bytes of messages given to the kernel");

  std::map<uint64_t, std::weak_ptr<Connection>> connections;
  Places places;       // of those that are served
  size_t refused = 0;  // connections that are being told why they are not
  uint64_t next_id = 1;
  std::set<std::string> told;  // kinds of warnings
  bool stopping = false;

  boost::asio::io_context io{1};
  boost::asio::steady_timer stop_timer{io};  // cancelled when the last connection has gone
  std::shared_ptr<IoGate> gate = std::make_shared<IoGate>(io);
};

// A connection's entry in the server's list and its gauges, and its place.
class ConnectionSeat {
 public:
  explicit ConnectionSeat(ServerCore& core) : core_(core), id_(core.next_id++) {}
  ~ConnectionSeat() { release(); }
  ConnectionSeat(const ConnectionSeat&) = delete;
  ConnectionSeat& operator=(const ConnectionSeat&) = delete;

  void enlist(std::weak_ptr<Connection> connection) {
    core_.connections[id_] = std::move(connection);
    core_.open_connections.set(double(core_.connections.size()));
  }
  Places::Verdict take(Places::Holder holder) { return core_.seat(id_, std::move(holder)); }
  void set_at_work(bool at_work) { core_.places.set_at_work(id_, at_work); }
  // Whoever gets no place may be told so, if not too many are being told.
  bool may_be_told() {
    if (core_.refused >= told_max) return false;
    ++core_.refused;
    told_ = true;
    return true;
  }
  void release() {
    core_.places.leave(id_);
    if (std::exchange(told_, false)) --core_.refused;
    core_.connections.erase(id_);
    core_.open_connections.set(double(core_.connections.size()));
    if (core_.stopping && core_.connections.empty()) core_.stop_timer.cancel();
  }

 private:
  static constexpr size_t told_max = 64;

  ServerCore& core_;
  const uint64_t id_;
  bool told_ = false;
};

}  // namespace fovea::net
