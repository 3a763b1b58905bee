#include <fmt/format.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <thread>

#include "core/assert.h"
#include "core/thread.h"
#include "net/http_connection.h"

namespace fovea::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using core::Code;
using core::Error;
using core::Status;

namespace {

using namespace std::chrono_literals;

constexpr auto stop_limit = 500ms;
constexpr auto identity_check_pause = 1s;
constexpr auto accept_pause = 100ms;  // after an error such as "too many open files"

class BeastServer final : public HttpServer {
 public:
  BeastServer(const ServerOptions& options, const core::Context& context)
      : core_(options, context.named("net")), acceptor_(core_.io), pause_(core_.io) {}

  ~BeastServer() override {
    if (!thread_.joinable()) return;
    core_.gate->post([this] { stop(); });
    thread_.join();
    core_.gate->close();
  }

  using HttpServer::route;
  void route(const std::string& method, const std::string& pattern, Scope scope,
             size_t body_bytes_max, RequestHandler handler) override {
    FOVEA_ASSERT(!thread_.joinable());
    const size_t bytes_max = body_bytes_max > 0 ? body_bytes_max : core_.options.body_bytes_max;
    core_.table.add({method, pattern, scope, std::move(handler), {}, bytes_max});
  }
  void websocket(const std::string& pattern, Scope scope, WebSocketFactory factory) override {
    FOVEA_ASSERT(!thread_.joinable());
    core_.table.add({"GET", pattern, scope, {}, std::move(factory), core_.options.body_bytes_max});
  }
  void set_guard(Guard& guard) override {
    FOVEA_ASSERT(!thread_.joinable());
    core_.guard = &guard;
  }
  void fallback(RequestHandler handler) override { core_.fallback = std::move(handler); }

  std::vector<Route> routes() const override {
    std::vector<Route> routes;
    for (const auto& entry : core_.table.entries()) {
      routes.push_back({entry.method, entry.pattern, entry.scope});
    }
    return routes;
  }

  Status start() override;
  Status reload_tls() override;
  int port() const override { return port_; }

  bool post(std::function<void()> work) override {
    return running_ && core_.gate->post(std::move(work));
  }

 private:
  Status listen(const tcp::endpoint& endpoint);
  void accept();
  void on_accept(const boost::system::error_code& error, tcp::socket socket);
  void stop();
  void watch_identities();

  ServerCore core_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::steady_timer watch_{core_.io};
  int port_ = 0;
  std::atomic<bool> running_ = false;
  std::jthread thread_;
};

Status BeastServer::start() {
  const auto& options = core_.options;
  const std::string host = options.address == "localhost" ? "127.0.0.1" : options.address;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) {
    return Error{Code::bad_input, fmt::format("'{}' is no address to listen on; use for example "
                                              "--listen 127.0.0.1:8080",
                                              options.address)};
  }
  if (options.port < 0 || options.port > 65535) {
    return Error{Code::bad_input, fmt::format("port {} is not in 0..65535", options.port)};
  }
  if (!is_loopback(host) && core_.guard == nullptr) {
    return Error{Code::denied, fmt::format("listening on {} without asking anybody to sign in "
                                           "would let everybody in",
                                           host)};
  }
  if (options.tls) {
    auto tls = load_tls(*options.tls);
    if (!tls) return tls.error();
    core_.tls = *std::move(tls);
  }
  auto proxies = TrustedProxies::parse(options.trusted_proxies);
  if (!proxies) return proxies.error();
  core_.proxies = *std::move(proxies);
  Status listening = listen({address, static_cast<unsigned short>(options.port)});
  if (!listening) return listening;
  accept();
  if (core_.guard != nullptr) watch_identities();
  running_ = true;
  thread_ = core::start_thread("net-io", [this](const std::stop_token&) { core_.io.run(); });
  return {};
}

Status BeastServer::reload_tls() {
  if (!core_.options.tls) return {};
  auto tls = load_tls(*core_.options.tls);
  if (!tls) return tls.error();
  post([this, fresh = *std::move(tls)] { core_.tls = fresh; });
  return {};
}

// What stays open must end when its session does.
void BeastServer::watch_identities() {
  watch_.expires_after(identity_check_pause);
  watch_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled || core_.stopping) return;
    const auto connections = core_.connections;
    for (const auto& [id, weak] : connections) {
      const auto connection = weak.lock();
      const Identity* identity = connection ? connection->stays_open_for() : nullptr;
      if (identity != nullptr && !core_.guard->still_valid(*identity)) connection->revoke();
    }
    watch_identities();
  });
}

Status BeastServer::listen(const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    const std::string where = fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
    if (error == asio::error::address_in_use) {
      return Error{Code::io, fmt::format("{} is in use by another program; choose another port, "
                                         "for example --listen 127.0.0.1:{}",
                                         where, endpoint.port() + 1)};
    }
    return Error{Code::io, fmt::format("cannot listen on {}: {}", where, error.message())};
  }
  port_ = acceptor_.local_endpoint().port();
  return {};
}

void BeastServer::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
    on_accept(error, std::move(socket));
  });
}

void BeastServer::on_accept(const boost::system::error_code& error, tcp::socket socket) {
  if (core_.stopping || error == asio::error::operation_aborted) return;
  if (error) {
    core_.count_rejected("accept");
    core_.context.log.warning("cannot take a connection: {}", error.message());
    pause_.expires_after(accept_pause);
    pause_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) accept();
    });
    return;
  }
  std::make_shared<HttpConnection>(std::move(socket), core_)->start();
  accept();
}

// On the I/O thread: io.run() returns when the last connection has ended.
void BeastServer::stop() {
  running_ = false;
  core_.stopping = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  watch_.cancel();
  const auto all = [this](auto&& what) {
    const auto connections = core_.connections;
    for (const auto& [id, weak] : connections) {
      if (const auto connection = weak.lock()) what(*connection);
    }
  };
  all([](Connection& connection) { connection.shut_down(); });
  if (core_.connections.empty()) return;
  core_.stop_timer.expires_after(stop_limit);
  core_.stop_timer.async_wait([all](const boost::system::error_code& cancelled) {
    if (!cancelled) all([](Connection& connection) { connection.cut(); });
  });
}

}  // namespace

std::unique_ptr<HttpServer> make_http_server(const ServerOptions& options,
                                             const core::Context& context) {
  return std::make_unique<BeastServer>(options, context);
}

}  // namespace fovea::net
