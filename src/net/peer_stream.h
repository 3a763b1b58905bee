#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <utility>

namespace fovea::net {

// What an operation calls when it is done: one type for the handlers of all of Beast's operations,
// so that what lies below them is compiled once, in peer_stream.cpp. `kept` lives as long as it.
class Completion {
 public:
  using ErrorCode = boost::beast::error_code;

  template <typename Handler>
  explicit Completion(Handler handler, std::shared_ptr<void> kept = nullptr)
      : handler_(std::make_unique<Of<Handler>>(std::move(handler))), kept_(std::move(kept)) {}

  // Once.
  void operator()(ErrorCode error, size_t bytes) {
    std::exchange(handler_, nullptr)->call(error, bytes);
  }

 private:
  struct Any {
    virtual ~Any() = default;
    virtual void call(ErrorCode error, size_t bytes) = 0;
  };
  template <typename Handler>
  struct Of final : Any {
    explicit Of(Handler its) : handler(std::move(its)) {}
    void call(ErrorCode error, size_t bytes) override { handler(error, bytes); }
    Handler handler;
  };
  std::unique_ptr<Any> handler_;
  std::shared_ptr<void> kept_;
};

// The first of a sequence of Asio's buffers: what moves "some" bytes may leave the rest for later.
template <typename Buffer>
class FirstBuffers {
 public:
  using value_type = Buffer;
  using const_iterator = const Buffer*;

  template <typename Sequence>
  explicit FirstBuffers(const Sequence& sequence) {
    const auto end = boost::asio::buffer_sequence_end(sequence);
    for (auto next = boost::asio::buffer_sequence_begin(sequence);
         next != end && count_ < buffers_.size(); ++next) {
      const Buffer buffer = *next;
      if (buffer.size() > 0) buffers_[count_++] = buffer;
    }
  }
  const_iterator begin() const { return buffers_.data(); }
  const_iterator end() const { return begin() + count_; }

 private:
  std::array<Buffer, 16> buffers_;
  size_t count_ = 0;
};

// A connection's bytes, plain or through TLS, decided when it begins: one type, so that all above
// it exists once. An AsyncStream of Asio; its time limits are those of the TCP stream below. When
// it goes, the socket is closed; what is underway ends with an error, and may end later (a ping of
// Beast's does not keep the connection).
class PeerStream {
 public:
  using next_layer_type = boost::beast::tcp_stream;
  using executor_type = next_layer_type::executor_type;
  using ErrorCode = boost::beast::error_code;

  explicit PeerStream(boost::asio::ip::tcp::socket socket);
  ~PeerStream();
  PeerStream(PeerStream&&) noexcept;
  PeerStream& operator=(PeerStream&&) = delete;

  // From now on through TLS; `context` may go before the stream does.
  void encrypt(boost::asio::ssl::context& context);
  bool encrypted() const;

  // `received` was read from the peer before. `done(error, bytes of it that were used)`.
  void async_handshake(boost::asio::const_buffer received, Completion done);
  // Says that no more comes (close_notify) and waits for the peer to say so; `done(error, 0)`.
  void async_shutdown(Completion done);

  next_layer_type& next_layer();
  const next_layer_type& next_layer() const;
  executor_type get_executor() { return next_layer().get_executor(); }
  boost::asio::ip::tcp::socket& socket() { return next_layer().socket(); }
  template <typename Duration>
  void expires_after(Duration limit) {
    next_layer().expires_after(limit);
  }
  void expires_never() { next_layer().expires_never(); }
  void close();

  template <typename Buffers, typename Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_initiate<Handler, void(ErrorCode, size_t)>(
        [layers = layers_](auto&& done, const Into& into) {
          read_some(*layers, into, Completion(std::forward<decltype(done)>(done), layers));
        },
        handler, Into(buffers));
  }
  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_initiate<Handler, void(ErrorCode, size_t)>(
        [layers = layers_](auto&& done, const From& from) {
          write_some(*layers, from, Completion(std::forward<decltype(done)>(done), layers));
        },
        handler, From(buffers));
  }

 private:
  using Into = FirstBuffers<boost::asio::mutable_buffer>;
  using From = FirstBuffers<boost::asio::const_buffer>;
  struct Layers;

  static void read_some(Layers& layers, const Into& into, Completion done);
  static void write_some(Layers& layers, const From& from, Completion done);

  std::shared_ptr<Layers> layers_;  // null: moved from
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
