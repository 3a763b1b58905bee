#include "net/websocket_client.h"

#include <fmt/format.h>

#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <charconv>
#include <optional>

namespace fovea::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using core::Code;
using core::Error;
using core::Result;
using core::Status;

namespace {

struct Target {
  std::string host;
  std::string port = "80";
  std::string path = "/";
};

Result<Target> parse_url(std::string_view url) {
  const Error wrong{Code::bad_input,
                    fmt::format("'{}' is no WebSocket URL such as ws://127.0.0.1:8080/path", url)};
  constexpr std::string_view scheme = "ws://";
  if (!url.starts_with(scheme)) return wrong;
  url.remove_prefix(scheme.size());
  Target target;
  const size_t slash = std::min(url.find('/'), url.size());
  if (slash < url.size()) target.path = url.substr(slash);
  const std::string_view authority = url.substr(0, slash);
  const size_t colon = std::min(authority.rfind(':'), authority.size());
  target.host = authority.substr(0, colon);
  if (colon < authority.size()) target.port = authority.substr(colon + 1);
  if (target.host.empty() || target.port.empty()) return wrong;
  return target;
}

class BeastClient final : public WebSocketClient {
 public:
  explicit BeastClient(const WebSocketClientOptions& options) : options_(options) {}

  ~BeastClient() override {
    close();
    io_.restart();
    io_.poll();  // what was cancelled
  }

  Status connect(const Target& target) {
    beast::error_code error;
    tcp::resolver resolver(io_);
    const auto endpoints = resolver.resolve(target.host, target.port, error);
    if (error) {
      return Error{Code::io, fmt::format("{}: {}", target.host, error.message())};
    }
    auto& socket = stream_.next_layer();
    for (const auto& entry : endpoints) {
      socket.close(error);
      socket.open(entry.endpoint().protocol(), error);
      if (options_.receive_buffer_bytes > 0) {
        socket.set_option(asio::socket_base::receive_buffer_size(options_.receive_buffer_bytes),
                          error);
      }
      const auto connected = run([&](auto done) { socket.async_connect(entry.endpoint(), done); });
      error = connected.value_or(beast::error_code(asio::error::timed_out));
      if (!error) break;
    }
    if (error) {
      return Error{error == asio::error::timed_out ? Code::timeout : Code::io,
                   fmt::format("{}:{}: {}", target.host, target.port, error.message())};
    }
    return upgrade(target);
  }

  Status send_text(std::string_view text) override { return send(true, text); }
  Status send_binary(std::string_view data) override { return send(false, data); }

  Result<WebSocketMessage> receive(std::chrono::milliseconds limit) override {
    if (ended_) return closed_error(ended_error_);
    if (!reading_) {
      reading_ = true;
      read_result_.reset();
      stream_.async_read(buffer_, [this](beast::error_code error, size_t) {
        reading_ = false;
        read_result_ = error;
      });
    }
    const auto end = std::chrono::steady_clock::now() + limit;
    io_.restart();
    while (!read_result_ && io_.run_one_until(end) > 0) {
    }
    if (!read_result_) return Error{Code::timeout, "no message came in time"};
    if (*read_result_) {
      ended_ = true;
      ended_error_ = *read_result_;
      return closed_error(ended_error_);
    }
    WebSocketMessage message;
    message.text = stream_.got_text();
    const auto data = buffer_.cdata();
    message.data = core::Buffer(std::string(static_cast<const char*>(data.data()), data.size()));
    buffer_.consume(buffer_.size());
    return message;
  }

  void close() override {
    if (!ended_ && stream_.is_open() && !reading_) {
      run([&](auto done) { stream_.async_close(websocket::close_code::normal, done); });
    }
    beast::error_code ignored;
    stream_.next_layer().close(ignored);
    ended_ = true;
  }
  int close_code() const override { return stream_.reason().code; }

 private:
  // Starts an operation and waits for it; empty: the limit passed.
  template <typename Start>
  std::optional<beast::error_code> run(Start&& start) {
    auto outcome = std::make_shared<std::optional<beast::error_code>>();
    start([outcome](beast::error_code error, auto&&...) { *outcome = error; });
    const auto end = std::chrono::steady_clock::now() + options_.limit;
    io_.restart();
    while (!*outcome && io_.run_one_until(end) > 0) {
    }
    return *outcome;
  }

  Status upgrade(const Target& target) {
    stream_.read_message_max(options_.message_bytes_max);
    stream_.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
      for (const auto& [name, value] : options_.headers) request.set(name, value);
    }));
    websocket::response_type response;
    const std::string host = target.host + ":" + target.port;
    const auto outcome =
        run([&](auto done) { stream_.async_handshake(response, host, target.path, done); });
    if (!outcome) return Error{Code::timeout, "the server does not answer the upgrade"};
    if (*outcome == websocket::error::upgrade_declined) {
      return Error{Code::denied, fmt::format("the server answered {} instead of an upgrade",
                                             response.result_int())};
    }
    if (*outcome) return Error{Code::io, "upgrading: " + outcome->message()};
    return {};
  }

  Status send(bool text, std::string_view data) {
    if (ended_) return closed_error(ended_error_);
    stream_.text(text);
    const auto outcome =
        run([&](auto done) { stream_.async_write(asio::buffer(data.data(), data.size()), done); });
    if (!outcome) {
      close();
      return Error{Code::timeout, "the server does not take the message"};
    }
    if (*outcome) return closed_error(*outcome);
    return {};
  }

  Error closed_error(beast::error_code error) const {
    const auto& reason = stream_.reason();
    return {Code::closed,
            fmt::format("the connection has ended ({}{}{})", error.message(),
                        reason.code != 0 ? fmt::format(", {}", reason.code) : "",
                        reason.reason.empty() ? "" : ": " + std::string(reason.reason.c_str()))};
  }

  const WebSocketClientOptions options_;
  asio::io_context io_{1};
  websocket::stream<tcp::socket, false> stream_{io_};
  beast::flat_buffer buffer_;
  bool reading_ = false;
  std::optional<beast::error_code> read_result_;
  bool ended_ = false;
  beast::error_code ended_error_;
};

}  // namespace

Result<std::unique_ptr<WebSocketClient>> connect_websocket(const std::string& url,
                                                           const WebSocketClientOptions& options) {
  auto target = parse_url(url);
  if (!target) return target.error();
  auto client = std::make_unique<BeastClient>(options);
  const Status connected = client->connect(*target);
  if (!connected) return connected.error().context("connecting to " + url);
  return std::unique_ptr<WebSocketClient>(std::move(client));
}

}  // namespace fovea::net
