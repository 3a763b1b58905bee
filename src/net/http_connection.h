#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <memory>
#include <optional>
#include <string>

#include "net/peer_stream.h"
#include "net/request_head.h"
#include "net/response_head.h"
#include "net/server_core.h"
#include "net/stream_slot.h"

namespace fovea::net {

// One HTTP/1.1 connection: shakes hands where the server speaks TLS, reads a request, waits for its
// answer, writes it, reads the next one (so a peer that pipelines waits in its own socket). Becomes
// a WebSocketConnection on upgrade. I/O thread only. Ends by itself: every read and write has a
// time limit.
class HttpConnection final : public Connection,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(boost::asio::ip::tcp::socket socket, ServerCore& core);

  void start();
  void shut_down() override;
  void cut() override;
  const Identity* stays_open_for() const override { return slot_ ? &identity_ : nullptr; }
  void revoke() override { end_stream(); }

  // The answer to the request number `request`; one that comes twice or late is dropped.
  void answer(uint64_t request, Response response);
  // A streaming answer: its head, then what comes through `slot`.
  void open_stream(uint64_t request, const Response& response, std::shared_ptr<StreamSlot> slot);
  void write_chunk();
  void end_stream();

 private:
  using ErrorCode = boost::beast::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::vector_body<uint8_t>>;

  void refuse_place(Places::Verdict verdict);
  void shake_hands();
  void on_hello(bool is_tls);
  void wait_for_request();
  void read_header();
  void on_header(ErrorCode error);
  void read_body();
  void on_body(ErrorCode error);
  void on_read_error(ErrorCode error);
  bool admitted();
  bool seated();
  bool body_fits();
  size_t body_bytes_max() const;
  void reject(const std::string& reason, const Response& response);
  void answer_own(Response response);

  void dispatch();
  void call(const RequestHandler& handler, const Request& request);
  void dispatch_route();
  void upgrade(const RouteEntry& entry);

  void write_answer(Response response);
  void write_body();
  void on_answered();
  void on_head_of_stream(ErrorCode error);
  void finish_stream();
  void watch_stream_peer();
  void drain();
  void read_to_the_end();

  ServerCore& core_;
  ConnectionSeat seat_;
  PeerStream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  const std::string address_;
  const int port_;

  uint64_t request_number_ = 0;
  bool awaiting_answer_ = false;                          // from the handler
  std::shared_ptr<HttpConnection> self_while_answering_;  // nothing else holds it meanwhile
  bool idle_ = true;                                      // between two requests
  Client client_;                                         // of the request
  Request request_;                                       // admitted; being read, then handled
  RouteMatch match_;                                      // of it
  Identity identity_;                                     // of it
  std::string route_ = "none";
  AnswerContext answer_;

  std::string head_;  // being written
  core::Buffer body_;
  size_t body_written_ = 0;

  std::shared_ptr<StreamSlot> slot_;  // of a streaming answer
  bool chunked_ = false;
  bool writing_ = false;

  size_t drained_bytes_ = 0;
  char scratch_[4096];  // what is read only to be thrown away
};

// A responder for one request of a connection that may be gone by then.
ResponderPtr make_responder(std::weak_ptr<HttpConnection> connection, uint64_t request,
                            std::shared_ptr<IoGate> gate);

}  // namespace fovea::net
