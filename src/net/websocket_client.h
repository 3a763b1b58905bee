#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/buffer.h"
#include "core/result.h"

namespace fovea::net {

struct WebSocketClientOptions {
  std::chrono::milliseconds limit{10000};  // for connecting and for each send
  size_t message_bytes_max = 64u << 20;
  int receive_buffer_bytes = 0;                // of the socket; 0: the system's choice
  std::map<std::string, std::string> headers;  // added to the upgrade request
};

struct WebSocketMessage {
  bool text = false;
  core::Buffer data;
};

// A blocking client of one WebSocket over plain TCP (ws://). Threads: one at a time. Answers pings
// while it receives.
class WebSocketClient {
 public:
  virtual ~WebSocketClient() = default;
  virtual core::Status send_text(std::string_view text) = 0;
  virtual core::Status send_binary(std::string_view data) = 0;
  // The next message. Errors: timeout (nothing came within `limit`; the connection is then
  // closed only if half a message had come), closed (with the peer's code and reason).
  virtual core::Result<WebSocketMessage> receive(std::chrono::milliseconds limit) = 0;
  virtual void close() = 0;
  virtual int close_code() const = 0;  // the peer's, 0: none came
};

// Connects to "ws://host:port/path". Errors: bad_input (URL), io, timeout, denied (the server
// answered with something else than the upgrade; its status is in the message).
core::Result<std::unique_ptr<WebSocketClient>> connect_websocket(
    const std::string& url, const WebSocketClientOptions& options);

}  // namespace fovea::net
