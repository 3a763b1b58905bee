#include "net/peer_stream.h"

#include <boost/asio/ssl/stream.hpp>
#include <optional>

namespace fovea::net {

// Not moved, as one holds the other by reference. No flat_stream of Beast in between: that of Boost
// 1.74 loses bytes of a large second buffer.
struct PeerStream::Layers {
  explicit Layers(boost::asio::ip::tcp::socket socket) : tcp(std::move(socket)) {}
  boost::beast::tcp_stream tcp;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls;
};

PeerStream::PeerStream(boost::asio::ip::tcp::socket socket)
    : layers_(std::make_shared<Layers>(std::move(socket))) {}
PeerStream::~PeerStream() { close(); }
PeerStream::PeerStream(PeerStream&&) noexcept = default;

void PeerStream::encrypt(boost::asio::ssl::context& context) {
  layers_->tls.emplace(layers_->tcp, context);
}

bool PeerStream::encrypted() const { return layers_->tls.has_value(); }

void PeerStream::async_handshake(boost::asio::const_buffer received, Completion done) {
  layers_->tls->async_handshake(boost::asio::ssl::stream_base::server, received, std::move(done));
}

void PeerStream::async_shutdown(Completion done) {
  layers_->tls->async_shutdown(
      [done = std::move(done)](ErrorCode error) mutable { done(error, 0); });
}

PeerStream::next_layer_type& PeerStream::next_layer() { return layers_->tcp; }
const PeerStream::next_layer_type& PeerStream::next_layer() const { return layers_->tcp; }

void PeerStream::close() {
  if (layers_) layers_->tcp.close();  // gone: moved into a WebSocket
}

void PeerStream::read_some(Layers& layers, const Into& into, Completion done) {
  if (layers.tls) return layers.tls->async_read_some(into, std::move(done));
  layers.tcp.async_read_some(into, std::move(done));
}

void PeerStream::write_some(Layers& layers, const From& from, Completion done) {
  if (layers.tls) return layers.tls->async_write_some(from, std::move(done));
  layers.tcp.async_write_some(from, std::move(done));
}

}  // namespace fovea::net
