#include "net/websocket_connection.h"

#include <fmt/format.h>

#include <boost/beast/websocket/rfc6455.hpp>

namespace fovea::net {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

using namespace std::chrono_literals;

constexpr int signed_out = 4401;  // as the status 401, from the range for applications
constexpr auto close_limit = 2s;  // for the peer to answer our close
// Beyond the bytes themselves, so that empty messages are bounded too.
constexpr size_t message_overhead_bytes = 256;
// Messages, pings and pongs of a peer in one second: 256 devices at 30 fps would send 7680, of some
// 60 bytes.
constexpr int messages_per_second_max = 10000;

class Handle final : public WebSocket {
 public:
  Handle(std::weak_ptr<WebSocketConnection> connection, std::shared_ptr<SendQueueState> state,
         std::shared_ptr<IoGate> gate, size_t bytes_max, std::string peer)
      : connection_(std::move(connection)),
        state_(std::move(state)),
        gate_(std::move(gate)),
        bytes_max_(bytes_max),
        peer_(std::move(peer)) {}

  void send_text(std::string text) override { send_text(core::Buffer(std::move(text))); }
  void send_text(core::Buffer text) override { send({true, {std::move(text)}, 0}); }
  void send_binary(std::vector<core::Buffer> parts) override { send({false, std::move(parts), 0}); }

  void close(int code, const std::string& reason) override {
    if (!state_->open.exchange(false)) return;
    gate_->post([connection = connection_, code, reason] {
      if (const auto alive = connection.lock()) alive->close(code, reason);
    });
  }
  size_t queued_bytes() const override { return state_->queued_bytes; }
  std::string peer() const override { return peer_; }

 private:
  void send(OutMessage message) {
    if (!state_->open) return;
    message.cost = message_overhead_bytes;
    for (const auto& part : message.parts) message.cost += part.size();
    const size_t queued = state_->queued_bytes.fetch_add(message.cost) + message.cost;
    if (queued > bytes_max_) {
      state_->queued_bytes.fetch_sub(message.cost);
      return close(websocket::close_code::policy_error,
                   fmt::format("too slow: {} bytes were waiting", queued));
    }
    gate_->post([connection = connection_, message = std::move(message)]() mutable {
      if (const auto alive = connection.lock()) alive->enqueue(std::move(message));
    });
  }

  const std::weak_ptr<WebSocketConnection> connection_;
  const std::shared_ptr<SendQueueState> state_;
  const std::shared_ptr<IoGate> gate_;
  const size_t bytes_max_;
  const std::string peer_;
};

}  // namespace

WebSocketConnection::WebSocketConnection(PeerStream stream, ServerCore& core,
                                         std::unique_ptr<WebSocketHandler> handler,
                                         std::string peer, Identity identity)
    : core_(core),
      seat_(core),
      stream_(std::move(stream)),
      buffer_(core.options.websocket_text_bytes_max + 4096),
      cut_timer_(core.io),
      handler_(std::move(handler)),
      peer_(std::move(peer)),
      identity_(std::move(identity)) {}

WebSocketConnection::~WebSocketConnection() { state_->open = false; }

void WebSocketConnection::start(UpgradeRequest head, Places::Holder holder) {
  seat_.enlist(weak_from_this());
  // There is one: the HTTP connection has just left it.
  (void)seat_.take(std::move(holder));
  head_ = std::move(head);
  beast::get_lowest_layer(stream_).expires_never();  // the WebSocket has its own limits
  websocket::stream_base::timeout limits{};
  limits.handshake_timeout = core_.options.header_limit;
  limits.idle_timeout = core_.options.websocket_idle_limit;
  limits.keep_alive_pings = true;
  stream_.set_option(limits);
  stream_.set_option(websocket::stream_base::decorator(
      [](websocket::response_type& response) { response.set("Server", "fovea"); }));
  stream_.auto_fragment(false);
  stream_.read_message_max(core_.options.websocket_text_bytes_max);
  stream_.control_callback([this](websocket::frame_type kind, beast::string_view words) {
    if (kind != websocket::frame_type::close && too_many(words.size())) {
      close(websocket::close_code::policy_error, "too many messages");
    }
  });
  stream_.async_accept(head_,
                       [self = shared_from_this()](ErrorCode error) { self->on_accepted(error); });
}

void WebSocketConnection::on_accepted(ErrorCode error) {
  if (error) {
    core_.count_rejected("websocket");
    return finish();
  }
  accepted_ = true;
  core_.open_websockets.set(core_.open_websockets.value() + 1);
  handler_->on_open(std::make_shared<Handle>(weak_from_this(), state_, core_.gate,
                                             core_.options.websocket_queue_bytes_max, peer_));
  if (core_.stopping) shut_down();
  read();
}

void WebSocketConnection::read() {
  buffer_.clear();
  stream_.async_read(
      buffer_, [self = shared_from_this()](ErrorCode error, size_t) { self->on_read(error); });
}

void WebSocketConnection::on_read(ErrorCode error) {
  if (error == websocket::error::message_too_big) core_.count_rejected("websocket_size");
  if (error) return finish();
  if (too_many(buffer_.size())) {
    close(websocket::close_code::policy_error, "too many messages");
  } else if (!stream_.got_text()) {
    close(websocket::close_code::unknown_data, "only text is taken here");
  } else if (!closing_) {
    const auto data = buffer_.cdata();
    handler_->on_text({static_cast<const char*>(data.data()), data.size()});
  }
  read();
}

bool WebSocketConnection::too_many(size_t bytes) {
  const auto now = core_.context.clock.steady();
  if (now - second_ >= 1s) {
    second_ = now;
    messages_in_second_ = 0;
    bytes_in_second_ = 0;
  }
  bytes_in_second_ += bytes;
  return ++messages_in_second_ > messages_per_second_max ||
         bytes_in_second_ > core_.options.websocket_bytes_per_second_max;
}

void WebSocketConnection::enqueue(OutMessage message) {
  if (closing_ || !accepted_) {
    state_->queued_bytes.fetch_sub(message.cost);
    return;
  }
  queue_.push_back(std::move(message));
  if (!writing_) write();
}

void WebSocketConnection::write() {
  const OutMessage& message = queue_.front();
  parts_.clear();
  for (const auto& part : message.parts) parts_.emplace_back(part.data(), part.size());
  writing_ = true;
  stream_.text(message.text);
  stream_.async_write(parts_, [self = shared_from_this(), cost = message.cost](
                                  ErrorCode error, size_t) { self->on_written(error, cost); });
}

void WebSocketConnection::on_written(ErrorCode error, size_t cost) {
  writing_ = false;
  if (queue_.empty()) return;  // finished meanwhile
  queue_.pop_front();
  state_->queued_bytes.fetch_sub(cost);
  if (error) return cut();
  core_.websocket_bytes.add(double(cost - message_overhead_bytes));
  if (closing_) return;
  if (!queue_.empty()) write();
  handler_->on_written();
}

void WebSocketConnection::close(int code, const std::string& reason) {
  if (closing_) return;
  closing_ = true;
  state_->open = false;
  if (code == websocket::close_code::policy_error) core_.count_rejected("websocket_policy");
  cut_timer_.expires_after(close_limit);
  cut_timer_.async_wait([self = shared_from_this()](ErrorCode error) {
    if (!error) self->cut();
  });
  websocket::close_reason words{websocket::close_code(code)};
  words.reason = reason.substr(0, words.reason.max_size());
  stream_.async_close(words, [self = shared_from_this()](ErrorCode) { self->cut_timer_.cancel(); });
}

void WebSocketConnection::shut_down() {
  if (accepted_) {
    close(websocket::close_code::going_away, "the site stops");
  } else {
    cut();
  }
}

void WebSocketConnection::revoke() {
  if (!accepted_) return cut();
  close(signed_out, "signed out");
}

void WebSocketConnection::cut() {
  cut_timer_.cancel();
  beast::get_lowest_layer(stream_).close();
}

// The read loop has ended, so the connection has.
void WebSocketConnection::finish() {
  closing_ = true;
  state_->open = false;
  cut();
  if (accepted_) {
    core_.open_websockets.set(core_.open_websockets.value() - 1);
    handler_->on_close();
  }
  handler_.reset();
}

}  // namespace fovea::net
