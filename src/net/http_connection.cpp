#include "net/http_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/detect_ssl.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <limits>

#include "core/ids.h"
#include "net/request_target.h"
#include "net/websocket_connection.h"

namespace fovea::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using namespace std::chrono_literals;

constexpr size_t write_bytes_max = 256u << 10;  // of a body at a time, each with a time limit
constexpr size_t tls_record_bytes_max = 16u << 10;
constexpr size_t drain_bytes_max = 1u << 20;
constexpr auto drain_limit = 2s;

// Of a peer that has gone already: 0.0.0.0.
asio::ip::tcp::endpoint remote(const asio::ip::tcp::socket& socket) {
  beast::error_code ignored;
  return socket.remote_endpoint(ignored);
}

Places::Holder place_holder(const Identity& identity, const std::string& network) {
  if (identity.kind == Identity::Kind::nobody) return {Places::Kind::stranger, network};
  return {Places::Kind::known, holder_of(identity)};
}

const char* reason_of(Places::Verdict verdict) {
  switch (verdict) {
    case Places::Verdict::network_full: return "network_full";
    case Places::Verdict::user_full: return "user_full";
    default: return "connections";
  }
}

std::string limit_of(Places::Verdict verdict, const ServerOptions& options) {
  switch (verdict) {
    case Places::Verdict::network_full:
      return fmt::format("{} connections of a network before sign-in",
                         options.strangers_per_network_max);
    case Places::Verdict::user_full:
      return fmt::format("{} connections of a user", options.connections_per_user_max);
    default: return fmt::format("{} connections at a time", options.connections_max);
  }
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : char(c);
  });
  return lower;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, ServerCore& core)
    : core_(core),
      seat_(core),
      stream_(std::move(socket)),
      buffer_(core.options.header_bytes_max + 4096),
      address_(remote(stream_.socket()).address().to_string()),
      port_(remote(stream_.socket()).port()) {}

void HttpConnection::start() {
  client_ = core_.proxies.client_of(address_, port_, {});
  Places::Holder holder{Places::Kind::stranger, client_.network};
  if (core_.guard == nullptr) holder = {Places::Kind::known, ""};
  if (client_.by_proxy) holder = {Places::Kind::proxy, ""};
  seat_.enlist(weak_from_this());
  const auto verdict = seat_.take(std::move(holder));
  if (verdict != Places::Verdict::seated) return refuse_place(verdict);
  beast::error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  if (core_.tls) return shake_hands();
  wait_for_request();
}

// A network that has its places gets no word: that would be one more thing to ask us for.
void HttpConnection::refuse_place(Places::Verdict verdict) {
  core_.count_rejected(reason_of(verdict));
  const bool silently = (verdict == Places::Verdict::network_full && !client_.by_proxy) ||
                        (core_.tls && !stream_.encrypted());
  if (silently || !seat_.may_be_told()) return cut();
  answer_own(problem(503, "Too many connections",
                     fmt::format("this site serves {}; close some pages or try again later",
                                 limit_of(verdict, core_.options))));
}

// Who speaks plain HTTP to a TLS port gets told so, not an unreadable alert.
void HttpConnection::shake_hands() {
  idle_ = true;
  stream_.expires_after(core_.options.header_limit);
  beast::async_detect_ssl(stream_.next_layer(), buffer_,
                          [self = shared_from_this()](ErrorCode error, bool is_tls) {
                            if (error) return self->cut();
                            self->on_hello(is_tls);
                          });
}

void HttpConnection::on_hello(bool is_tls) {
  if (core_.stopping) return cut();
  if (!is_tls) {
    return reject("plain_http", problem(400, "TLS needed",
                                        "this port speaks HTTPS only; write https:// in the "
                                        "address"));
  }
  stream_.encrypt(*core_.tls);
  stream_.async_handshake(buffer_.data(),
                          Completion([self = shared_from_this()](ErrorCode error, size_t used) {
                            if (error) {
                              self->core_.count_rejected("tls");
                              return self->cut();
                            }
                            self->buffer_.consume(used);
                            self->wait_for_request();
                          }));
}

void HttpConnection::shut_down() {
  answer_.keep_alive = false;
  if (slot_) {
    end_stream();
  } else if (idle_) {
    cut();
  }
}

void HttpConnection::cut() {
  if (slot_) slot_->close();
  stream_.close();
  self_while_answering_.reset();
}

// --- reading ------------------------------------------------------------------------------------

void HttpConnection::wait_for_request() {
  if (core_.stopping) return cut();
  if (client_.by_proxy) (void)seat_.take({Places::Kind::proxy, ""});
  idle_ = true;
  route_ = "none";
  match_ = {};
  answer_ = answer_context("", {}, false);
  parser_.emplace();
  parser_->header_limit(uint32_t(core_.options.header_bytes_max));
  parser_->body_limit(std::numeric_limits<uint64_t>::max());  // until the route is known
  if (buffer_.size() > 0) return read_header();
  stream_.expires_after(core_.options.idle_limit);
  stream_.async_read_some(buffer_.prepare(4096),
                          [self = shared_from_this()](ErrorCode error, size_t count) {
                            if (error) return self->cut();
                            self->buffer_.commit(count);
                            self->read_header();
                          });
}

void HttpConnection::read_header() {
  idle_ = false;
  stream_.expires_after(core_.options.header_limit);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](ErrorCode error, size_t) { self->on_header(error); });
}

void HttpConnection::on_header(ErrorCode error) {
  if (error) return on_read_error(error);
  ++request_number_;
  const auto& message = parser_->get();
  request_ = {};
  request_.method = std::string(message.method_string());
  request_.headers = header_map(message);
  client_ = core_.proxies.client_of(address_, port_, request_.headers);
  core_.note_unbelieved(client_, request_.headers);
  request_.peer = client_.peer;
  request_.network = client_.network;
  request_.https = stream_.encrypted() || client_.https;
  answer_ =
      answer_context(request_.method, request_.headers, parser_->keep_alive() && !core_.stopping);
  chunked_ = message.version() >= 11;
  if (const auto refusal = check_head(message, core_.hosts, request_.https)) {
    core_.tell_once(refusal->reason,
                    fmt::format("{} was refused: {}", client_.peer, refusal->words));
    return reject(refusal->reason, problem(refusal->status, refusal->title, refusal->words));
  }
  if (!admitted()) return;
  if (parser_->is_done()) return dispatch();
  if (!beast::iequals(message[http::field::expect], "100-continue")) return read_body();
  stream_.expires_after(core_.options.write_limit);
  head_ = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(head_),
                    [self = shared_from_this()](ErrorCode failed, size_t) {
                      if (failed) return self->cut();
                      self->read_body();
                    });
}

void HttpConnection::read_body() {
  stream_.expires_after(core_.options.body_limit);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](ErrorCode error, size_t) { self->on_body(error); });
}

void HttpConnection::on_body(ErrorCode error) {
  if (error) return on_read_error(error);
  dispatch();
}

void HttpConnection::on_read_error(ErrorCode error) {
  answer_.keep_alive = false;
  if (error == http::error::end_of_stream) return drain();
  if (error == beast::error::timeout) {
    core_.count_rejected("slow");
    return cut();
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return reject("header_size",
                  problem(431, "Headers too large",
                          fmt::format("a request line with its headers may have {} bytes",
                                      core_.options.header_bytes_max)));
  }
  if (error == http::error::body_limit) {
    return reject("body_size",
                  problem(413, "Body too large",
                          fmt::format("a body may have {} bytes here", body_bytes_max())));
  }
  if (error == http::error::partial_message ||
      error.category() == asio::error::get_misc_category() ||
      error.category() == boost::system::system_category() ||
      error.category() == asio::error::get_ssl_category() ||
      error.category() == asio::ssl::error::get_stream_category()) {
    return cut();
  }
  reject("bad_request", problem(400, "Wrong request", "this is no HTTP/1.1: " + error.message()));
}

void HttpConnection::reject(const std::string& reason, const Response& response) {
  core_.count_rejected(reason);
  core_.context.log.debug("{}: refused ({})", client_.peer, reason);
  answer_own(response);
}

// An answer of the server itself, after which the connection ends (its body may be unread).
void HttpConnection::answer_own(Response response) {
  idle_ = false;
  answer_.keep_alive = false;
  write_answer(std::move(response));
}

// --- dispatching --------------------------------------------------------------------------------

// Who asks, and whether they may: before the body is read, for known and unknown paths alike.
bool HttpConnection::admitted() {
  const auto& message = parser_->get();
  auto target = parse_request_target(message.target());
  if (!target) {
    reject("target", problem(target.error()));
    return false;
  }
  if (!target->authority.empty() && !core_.hosts.allows_host(target->authority)) {
    reject("host", problem(421, "Unknown host name", "the request names another host"));
    return false;
  }
  request_.path = std::move(target->path);
  request_.query = std::move(target->query);
  match_ = core_.table.match(request_.method, request_.path);
  const Scope needed = match_.entry != nullptr ? match_.entry->scope : Scope::view;
  auto admission = core_.admit(request_, needed);
  identity_ = admission.identity;
  request_.identity = std::move(admission.identity);
  if (!seated()) return false;
  if (admission.refusal) {
    if (match_.entry != nullptr) route_ = match_.entry->pattern;
    if (!parser_->is_done()) answer_.keep_alive = false;  // its body stays unread
    write_answer(*std::move(admission.refusal));
    return false;
  }
  return body_fits();
}

// The place of whoever this request has turned out to be from.
bool HttpConnection::seated() {
  const auto verdict = seat_.take(place_holder(identity_, client_.network));
  if (verdict == Places::Verdict::seated) return true;
  refuse_place(verdict);
  return false;
}

bool HttpConnection::body_fits() {
  parser_->body_limit(body_bytes_max());  // of a chunked one
  if (parser_->content_length().value_or(0) <= body_bytes_max()) return true;
  on_read_error(http::error::body_limit);
  return false;
}

size_t HttpConnection::body_bytes_max() const {
  return match_.entry != nullptr ? match_.entry->body_bytes_max : core_.options.body_bytes_max;
}

void HttpConnection::dispatch() {
  request_.body = core::Buffer(std::move(parser_->get().body()));
  if (request_.method == "OPTIONS") {
    Response response;
    response.status = 204;
    response.headers["allow"] =
        match_.methods.empty() ? "GET, HEAD, OPTIONS" : joined(match_.methods);
    return write_answer(std::move(response));
  }
  if (match_.entry != nullptr) return dispatch_route();
  if (!match_.methods.empty()) {
    auto response =
        problem(405, "Method not allowed",
                fmt::format("{} takes {}", core::printable(request_.path), joined(match_.methods)));
    response.headers["allow"] = joined(match_.methods);
    return write_answer(std::move(response));
  }
  if (core_.fallback && (request_.method == "GET" || request_.method == "HEAD")) {
    route_ = "fallback";
    return call(core_.fallback, request_);
  }
  write_answer(problem(404, "Not found",
                       fmt::format("there is nothing at {}", core::printable(request_.path))));
}

void HttpConnection::dispatch_route() {
  route_ = match_.entry->pattern;
  request_.parameters = match_.parameters;
  if (!match_.entry->websocket) return call(match_.entry->handler, request_);
  const auto upgrade_to = request_.headers.find("upgrade");
  if (upgrade_to == request_.headers.end() || lower_case(upgrade_to->second) != "websocket") {
    auto response = problem(426, "WebSocket needed", "connect here with a WebSocket");
    response.headers["upgrade"] = "websocket";
    return write_answer(std::move(response));
  }
  upgrade(*match_.entry);
}

void HttpConnection::call(const RequestHandler& handler, const Request& request) {
  awaiting_answer_ = true;
  seat_.set_at_work(true);
  self_while_answering_ = shared_from_this();
  auto responder = make_responder(weak_from_this(), request_number_, core_.gate);
  try {
    handler(request, std::move(responder));
  } catch (const std::exception& thrown) {
    core_.context.log.error("{} {}: {}", request.method, core::printable(request.path),
                            thrown.what());
  }
}

void HttpConnection::upgrade(const RouteEntry& entry) {
  if (buffer_.size() > 0) {
    return reject("bad_request",
                  problem(400, "Wrong request", "send nothing before the upgrade is answered"));
  }
  UpgradeRequest head(boost::beast::http::verb::get, "/", 11);
  for (const auto& [name, value] : request_.headers) head.set(name, value);
  if (!beast::websocket::is_upgrade(head)) {
    return reject("bad_request", problem(400, "Wrong request", "this is no WebSocket upgrade"));
  }
  auto handler = entry.websocket(request_);
  if (!handler) {
    return answer_own(problem(503, "No more viewers", "all places are taken; try again later"));
  }
  core_.count_request(route_, 101);
  seat_.release();  // the WebSocket takes one of its own
  auto connection = std::make_shared<WebSocketConnection>(
      std::move(stream_), core_, std::move(handler), client_.peer, identity_);
  connection->start(std::move(head), place_holder(identity_, client_.network));
}

// --- answering ----------------------------------------------------------------------------------

void HttpConnection::answer(uint64_t request, Response response) {
  if (!awaiting_answer_ || request != request_number_) return;
  awaiting_answer_ = false;
  seat_.set_at_work(false);
  write_answer(std::move(response));
  self_while_answering_.reset();
}

void HttpConnection::write_answer(Response response) {
  core_.count_request(route_, response.status);
  if (core_.stopping) answer_.keep_alive = false;
  response = prepared(std::move(response), answer_);
  head_ = response_head(response, answer_, Framing::length, core_.context.clock.now());
  body_ = answer_.head_only ? core::Buffer() : std::move(response.body);
  body_written_ = 0;
  if (stream_.encrypted() && body_.size() <= tls_record_bytes_max) {
    head_ += body_.text();  // in one record
    body_ = {};
  }
  stream_.expires_after(core_.options.write_limit);
  const size_t first = std::min(body_.size(), write_bytes_max);
  const std::array<asio::const_buffer, 2> parts = {asio::buffer(head_),
                                                   asio::buffer(body_.data(), first)};
  body_written_ = first;
  asio::async_write(stream_, parts, [self = shared_from_this()](ErrorCode error, size_t) {
    if (error) return self->cut();
    self->write_body();
  });
}

void HttpConnection::write_body() {
  const size_t count = std::min(body_.size() - body_written_, write_bytes_max);
  if (count == 0) return on_answered();
  const auto part = asio::buffer(body_.data() + body_written_, count);
  body_written_ += count;
  stream_.expires_after(core_.options.write_limit);
  asio::async_write(stream_, part, [self = shared_from_this()](ErrorCode error, size_t) {
    if (error) return self->cut();
    self->write_body();
  });
}

void HttpConnection::on_answered() {
  body_ = {};
  if (answer_.keep_alive) return wait_for_request();
  drain();
}

// Ends the sending side and reads on for a moment: closing with unread bytes would reset the
// connection and could take our answer with it.
void HttpConnection::drain() {
  if (core_.stopping) return cut();
  stream_.expires_after(drain_limit);
  if (stream_.encrypted()) {
    return stream_.async_shutdown(
        Completion([self = shared_from_this()](ErrorCode, size_t) { self->cut(); }));
  }
  beast::error_code error;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error) return cut();
  read_to_the_end();
}

void HttpConnection::read_to_the_end() {
  stream_.async_read_some(asio::buffer(scratch_),
                          [self = shared_from_this()](ErrorCode error, size_t count) {
                            self->drained_bytes_ += count;
                            if (error || self->drained_bytes_ > drain_bytes_max) {
                              return self->cut();
                            }
                            self->read_to_the_end();
                          });
}

// --- streaming ----------------------------------------------------------------------------------

void HttpConnection::open_stream(uint64_t request, const Response& response,
                                 std::shared_ptr<StreamSlot> slot) {
  if (!awaiting_answer_ || request != request_number_ || core_.stopping) return slot->close();
  awaiting_answer_ = false;
  core_.count_request(route_, response.status);
  answer_.keep_alive = false;
  head_ = response_head(response, answer_, chunked_ ? Framing::chunked : Framing::until_close,
                        core_.context.clock.now());
  const std::string_view first = response.body.text();
  if (!first.empty() && !answer_.head_only) {
    head_ += chunked_ ? fmt::format("{:x}\r\n{}\r\n", first.size(), first) : std::string(first);
  }
  slot_ = std::move(slot);
  writing_ = true;
  stream_.expires_never();
  watch_stream_peer();
  stream_.expires_after(core_.options.write_limit);
  asio::async_write(
      stream_, asio::buffer(head_),
      [self = shared_from_this()](ErrorCode error, size_t) { self->on_head_of_stream(error); });
  self_while_answering_.reset();
}

// Notices that the peer has gone while there is nothing to write. What it sends is thrown away.
void HttpConnection::watch_stream_peer() {
  stream_.async_read_some(asio::buffer(scratch_),
                          [self = shared_from_this()](ErrorCode error, size_t count) {
                            self->drained_bytes_ += count;
                            if (error || self->drained_bytes_ > drain_bytes_max) {
                              return self->cut();
                            }
                            self->watch_stream_peer();
                          });
}

void HttpConnection::on_head_of_stream(ErrorCode error) {
  if (error) return cut();
  writing_ = false;
  if (answer_.head_only) return cut();
  write_chunk();
}

void HttpConnection::write_chunk() {
  if (!slot_ || writing_) return;
  auto chunk = slot_->take();
  if (!chunk) {
    if (!slot_->open()) finish_stream();
    return;
  }
  body_ = std::move(*chunk);
  if (body_.empty()) return write_chunk();
  head_ = chunked_ ? fmt::format("{:x}\r\n", body_.size()) : std::string();
  const std::string_view tail = chunked_ ? "\r\n" : "";
  const std::array<asio::const_buffer, 3> parts = {asio::buffer(head_),
                                                   asio::buffer(body_.data(), body_.size()),
                                                   asio::buffer(tail.data(), tail.size())};
  writing_ = true;
  stream_.expires_after(core_.options.write_limit);
  asio::async_write(stream_, parts, [self = shared_from_this()](ErrorCode error, size_t) {
    if (error) return self->cut();
    self->writing_ = false;
    self->write_chunk();
  });
}

void HttpConnection::end_stream() {
  if (!slot_) return;
  slot_->close();
  write_chunk();
}

void HttpConnection::finish_stream() {
  if (!chunked_) return cut();
  writing_ = true;
  head_ = "0\r\n\r\n";
  stream_.expires_after(core_.options.write_limit);
  asio::async_write(stream_, asio::buffer(head_),
                    [self = shared_from_this()](ErrorCode, size_t) { self->cut(); });
}

}  // namespace fovea::net
