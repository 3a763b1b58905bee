#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/buffer.h"
#include "core/context.h"
#include "core/loopback.h"
#include "core/result.h"
#include "net/identity.h"
#include "net/tls.h"

namespace fovea::net {

struct Request {
  std::string method;                             // "GET"
  std::string path;                               // decoded, "/api/v1/devices/cam1"
  std::map<std::string, std::string> parameters;  // from the route's pattern: {"id": "cam1"}
  std::map<std::string, std::string> query;       // decoded
  std::map<std::string, std::string> headers;     // names in lower case; repeated ones joined
  core::Buffer body;
  // Address and port, for logs and lists; never for trust. Of the client, where a trusted proxy
  // names it.
  std::string peer;
  std::string network;  // of it (IpAddress::network()): what limits count by
  bool https = false;   // the browser came so: to us, or to a trusted proxy
  Identity identity;    // who asks, as the guard found out
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers;
  core::Buffer body;
};

// An RFC 9457 problem document.
Response problem(int status, const std::string& title, const std::string& detail);
Response problem(const core::Error& error);  // status by code
Response json_response(std::string json, int status = 200);

// The body of a streaming answer (MJPEG). Newest wins: a chunk that comes while one is waiting
// replaces it. Threads: any, also after the server has gone.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  virtual bool write_newest(core::Buffer chunk) = 0;  // false: the peer has gone
  virtual bool open() const = 0;
  virtual uint64_t dropped() const = 0;
};

// Answers one request, now or later, from any thread, exactly once. A responder that is destroyed
// without an answer answers 500. The server adds length, date and security headers, leaves the
// body out for HEAD, answers 304 when a 200's `etag` header is what the client has, and compresses
// big texts for clients that take gzip (unless the response has a `content-encoding` of its own).
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void send(Response response) = 0;
  // Sends `response` (its body is the first chunk) and keeps the connection open for more; it ends
  // when the stream is destroyed.
  virtual std::shared_ptr<BodyStream> stream(Response response) = 0;
};
using ResponderPtr = std::shared_ptr<Responder>;

// Runs on the server's one I/O thread: must not block; hand long work to a thread of your own and
// answer from there.
using RequestHandler = std::function<void(const Request&, ResponderPtr)>;

// One open WebSocket. Threads: any, also after the connection or the server has gone. send_*()
// never blocks; what is queued beyond ServerOptions::websocket_queue_bytes_max closes the
// connection (the application keeps a credit, so that a well-behaved peer never gets there).
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  virtual void send_text(std::string text) = 0;
  virtual void send_text(core::Buffer text) = 0;                  // shared by many sockets
  virtual void send_binary(std::vector<core::Buffer> parts) = 0;  // one message from parts
  virtual void close(int code, const std::string& reason) = 0;
  virtual size_t queued_bytes() const = 0;  // not yet given to the kernel
  virtual std::string peer() const = 0;
};

// Callbacks of one WebSocket, on the I/O thread. Destroyed after the connection has ended.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  virtual void on_open(std::shared_ptr<WebSocket> socket) = 0;
  virtual void on_text(std::string_view text) = 0;  // binary messages from peers are refused
  virtual void on_written() {}                      // one queued message was given to the kernel
  virtual void on_close() = 0;                      // always the last one, once
};
// Nothing returned: the server answers 503.
using WebSocketFactory = std::function<std::unique_ptr<WebSocketHandler>(const Request&)>;

struct ServerOptions {
  std::optional<TlsFiles> tls;  // set: HTTPS only
  std::string address = "127.0.0.1";
  int port = 8080;  // 0: any free port
  // Names beyond loopback's own that Host and Origin may carry, and this machine's names that Host
  // may carry (see HostRules).
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> own_hosts;
  bool exact_origin = false;  // always beyond loopback
  // Addresses and networks of proxies that are believed when they say whom a request comes from
  // (see TrustedProxies).
  std::vector<std::string> trusted_proxies;
  size_t connections_max = 256;  // more are answered 503
  // Where there is a guard: of them for those who have shown no valid session or token, and of
  // these for one network. A new one takes the place of the one that was silent longest, which is
  // ended without a word (see Places).
  size_t strangers_max = 64;
  size_t strangers_per_network_max = 16;
  size_t connections_per_user_max = 128;  // or token; more are answered 503
  size_t body_bytes_max = 8u << 10;       // of routes that say nothing else
  size_t header_bytes_max = 16u << 10;
  size_t websocket_text_bytes_max = 64u << 10;
  // Of a peer's messages in one second; beyond it the connection is closed with 1008.
  size_t websocket_bytes_per_second_max = 1u << 20;
  size_t websocket_queue_bytes_max = 32u << 20;
  std::chrono::milliseconds idle_limit{60000};    // between two requests of a connection
  std::chrono::milliseconds header_limit{10000};  // of TLS's handshake; from a header's first byte
                                                  // to its last (slow-loris)
  std::chrono::milliseconds body_limit{30000};
  std::chrono::milliseconds write_limit{30000};           // for each 256 KiB of an answer
  std::chrono::milliseconds websocket_idle_limit{30000};  // half of it after silence: a ping
};

class Guard;

// HTTP/1.1 and WebSocket over Boost.Beast on one I/O thread, plain or through TLS. Refuses a Host
// or Origin that is neither its own nor allowed (DNS rebinding), and a body whose end a proxy
// before it may see elsewhere; counts it in fovea_rejected_total{kind="http",reason}, as all that
// it refuses or ends before its time. Every route says which scope it needs; the guard is asked
// before anything of a request is looked at, unknown paths included. Routes are added before
// start(). Stops (and joins) when destroyed: WebSockets are closed with 1001, answers under way get
// half a second.
// Counts: fovea_http_requests_total{route,status}, fovea_http_connections,
// fovea_websocket_connections, fovea_websocket_sent_bytes_total.
class HttpServer {
 public:
  virtual ~HttpServer() = default;

  // Pattern parts in braces are parameters: "/api/v1/devices/{id}/result".
  // A body beyond `body_bytes_max` (0: the server's) is answered 413.
  virtual void route(const std::string& method, const std::string& pattern, Scope scope,
                     size_t body_bytes_max, RequestHandler handler) = 0;
  void route(const std::string& method, const std::string& pattern, Scope scope,
             RequestHandler handler) {
    route(method, pattern, scope, 0, std::move(handler));
  }
  virtual void websocket(const std::string& pattern, Scope scope, WebSocketFactory factory) = 0;
  // What no route matches (the page's files); GET and HEAD only, scope `view`.
  virtual void fallback(RequestHandler handler) = 0;

  // Who may do what; outlives the server. Without one everybody is `local` and may do everything,
  // which only a loopback address allows.
  virtual void set_guard(Guard& guard) = 0;

  struct Route {
    std::string method;
    std::string pattern;
    Scope scope;
  };
  virtual std::vector<Route> routes() const = 0;  // WebSockets have the method "GET"

  // Errors: denied (an address beyond loopback without a guard), io (address in use; says which),
  // bad_input (address; TLS files; trusted proxies).
  virtual core::Status start() = 0;
  // Reads the TLS files again (a renewed certificate), for connections to come. Errors: bad_input;
  // then the old one stays. Threads: any.
  virtual core::Status reload_tls() = 0;
  virtual int port() const = 0;

  // Runs `work` on the I/O thread, for state that lives there with the WebSockets' callbacks; false
  // (and nothing runs) when the server does not run. Threads: any.
  virtual bool post(std::function<void()> work) = 0;
};

std::unique_ptr<HttpServer> make_http_server(const ServerOptions& options,
                                             const core::Context& context);

using core::is_loopback;

}  // namespace fovea::net
