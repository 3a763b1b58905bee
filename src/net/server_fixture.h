#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/metrics.h"
#include "net/http_server.h"
#include "testing/raw_socket.h"

namespace fovea::net {

// Says "welcome" to whoever comes.
class Greeter final : public WebSocketHandler {
 public:
  void on_open(std::shared_ptr<WebSocket> socket) override { socket->send_text("welcome"); }
  void on_text(std::string_view) override {}
  void on_close() override {}
};

// A server on a free port with its own metrics, for this module's tests.
class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture() { options_.port = 0; }

  void make() { server_ = make_http_server(options_, context_); }
  void start() {
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error().message;
  }

  std::string host() const { return fmt::format("127.0.0.1:{}", server_->port()); }
  // A whole request with a good Host; `headers` are lines that end with \r\n.
  std::string request(const std::string& line, const std::string& headers = "",
                      const std::string& body = "") const {
    return fmt::format("{} HTTP/1.1\r\nHost: {}\r\n{}\r\n{}", line, host(), headers, body);
  }
  // Sends and returns all that comes until the server ends the connection.
  std::string exchange(const std::string& bytes) {
    fovea::testing::RawSocket socket(server_->port());
    socket.send(bytes);
    EXPECT_TRUE(socket.receive_all()) << "the server left the connection open after: " << bytes;
    return socket.received();
  }
  std::string get(const std::string& path, const std::string& headers = "") {
    return exchange(request("GET " + path, headers + "Connection: close\r\n"));
  }

  double counted(const std::string& name, const core::Labels& labels) const {
    for (const auto& sample : metrics_->samples()) {
      if (sample.name == name && sample.labels == labels) return sample.value;
    }
    return 0;
  }
  double rejected(const std::string& reason) const {
    return counted("fovea_rejected_total", {{"kind", "http"}, {"reason", reason}});
  }

  static bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 2000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));  // polls
    }
    return condition();
  }

  core::SystemClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  core::Context context_{core::Log(core::make_null_sink(), "test"), clock_, *metrics_};
  ServerOptions options_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace fovea::net
