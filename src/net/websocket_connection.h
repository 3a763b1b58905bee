#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "net/peer_stream.h"
#include "net/server_core.h"

namespace fovea::net {

using UpgradeRequest = boost::beast::http::request<boost::beast::http::empty_body>;

// What a handle and its connection share: the bytes that wait, and whether more are taken.
// Threads: any.
struct SendQueueState {
  std::atomic<size_t> queued_bytes = 0;
  std::atomic<bool> open = true;
};

struct OutMessage {
  bool text = false;
  std::vector<core::Buffer> parts;
  size_t cost = 0;  // bytes against the queue's limit
};

// One upgraded connection: a read loop, a queue of messages written one after the other without
// copying, pings when it is silent (a peer that does not answer is closed after
// websocket_idle_limit; so is one that does not read, or sends more than a page ever does). I/O
// thread only.
class WebSocketConnection final : public Connection,
                                  public std::enable_shared_from_this<WebSocketConnection> {
 public:
  WebSocketConnection(PeerStream stream, ServerCore& core,
                      std::unique_ptr<WebSocketHandler> handler, std::string peer,
                      Identity identity);
  ~WebSocketConnection() override;

  void start(UpgradeRequest head, Places::Holder holder);
  void shut_down() override;
  void cut() override;
  const Identity* stays_open_for() const override { return &identity_; }
  void revoke() override;

  void enqueue(OutMessage message);
  void close(int code, const std::string& reason);

 private:
  using ErrorCode = boost::beast::error_code;

  void on_accepted(ErrorCode error);
  void read();
  void on_read(ErrorCode error);
  void write();
  void on_written(ErrorCode error, size_t cost);
  bool too_many(size_t bytes);
  void finish();

  ServerCore& core_;
  ConnectionSeat seat_;
  boost::beast::websocket::stream<PeerStream, false> stream_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer cut_timer_;  // a peer that does not answer our close
  UpgradeRequest head_;
  std::unique_ptr<WebSocketHandler> handler_;
  const std::string peer_;
  const Identity identity_;
  const std::shared_ptr<SendQueueState> state_ = std::make_shared<SendQueueState>();
  std::deque<OutMessage> queue_;
  std::vector<boost::asio::const_buffer> parts_;
  bool accepted_ = false;
  bool writing_ = false;
  bool closing_ = false;
  core::SteadyTime second_;  // of the flood count
  int messages_in_second_ = 0;
  size_t bytes_in_second_ = 0;
};

}  // namespace fovea::net
