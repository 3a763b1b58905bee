#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace fovea::net {

// A connection's bytes, plain or through TLS, decided when it begins: one type, so that all above
// it exists once. An AsyncStream of Asio; its time limits are those of the TCP stream below.
class PeerStream {
 public:
  using next_layer_type = boost::beast::tcp_stream;
  using executor_type = next_layer_type::executor_type;
  using ErrorCode = boost::beast::error_code;

  explicit PeerStream(boost::asio::ip::tcp::socket socket)
      : layers_(std::make_unique<Layers>(std::move(socket))) {}

  // From now on through TLS; `context` may go before the stream does.
  void encrypt(boost::asio::ssl::context& context) { layers_->tls.emplace(layers_->tcp, context); }
  bool encrypted() const { return layers_->tls.has_value(); }

  // `received` was read from the peer before. `handler(error, bytes of it that were used)`.
  template <typename Buffer, typename Handler>
  void async_handshake(const Buffer& received, Handler&& handler) {
    layers_->tls->async_handshake(boost::asio::ssl::stream_base::server, received,
                                  std::forward<Handler>(handler));
  }
  // Says that no more comes (close_notify) and waits for the peer to say so; `handler(error)`.
  template <typename Handler>
  void async_shutdown(Handler&& handler) {
    layers_->tls->async_shutdown(std::forward<Handler>(handler));
  }

  next_layer_type& next_layer() { return layers_->tcp; }
  const next_layer_type& next_layer() const { return layers_->tcp; }
  executor_type get_executor() { return layers_->tcp.get_executor(); }
  boost::asio::ip::tcp::socket& socket() { return layers_->tcp.socket(); }
  template <typename Duration>
  void expires_after(Duration limit) {
    layers_->tcp.expires_after(limit);
  }
  void expires_never() { layers_->tcp.expires_never(); }
  void close() {
    if (layers_) layers_->tcp.close();  // gone: moved into a WebSocket
  }

  template <typename Buffers, typename Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_initiate<Handler, void(ErrorCode, size_t)>(
        [layers = layers_.get()](auto&& done, const Buffers& into) {
          if (layers->tls) {
            layers->tls->async_read_some(into, std::forward<decltype(done)>(done));
          } else {
            layers->tcp.async_read_some(into, std::forward<decltype(done)>(done));
          }
        },
        handler, buffers);
  }
  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_initiate<Handler, void(ErrorCode, size_t)>(
        [layers = layers_.get()](auto&& done, const Buffers& from) {
          if (layers->tls) {
            layers->tls->async_write_some(from, std::forward<decltype(done)>(done));
          } else {
            layers->tcp.async_write_some(from, std::forward<decltype(done)>(done));
          }
        },
        handler, buffers);
  }

 private:
  // Not moved, as one holds the other by reference. No flat_stream of Beast in between: that of
  // Boost 1.74 loses bytes of a large second buffer.
  struct Layers {
    explicit Layers(boost::asio::ip::tcp::socket socket) : tcp(std::move(socket)) {}
    boost::beast::tcp_stream tcp;
    std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls;
  };
  std::unique_ptr<Layers> layers_;
};

// How Beast ends a WebSocket below its closing handshake, which has said all already.
inline void teardown(boost::beast::role_type role, PeerStream& stream,
                     boost::beast::error_code& error) {
  boost::beast::websocket::teardown(role, stream.socket(), error);
}
template <typename Handler>
void async_teardown(boost::beast::role_type role, PeerStream& stream, Handler&& handler) {
  boost::beast::websocket::async_teardown(role, stream.socket(), std::forward<Handler>(handler));
}

}  // namespace fovea::net
