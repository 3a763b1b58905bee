#include "net/guard.h"

#include <gmock/gmock.h>

#include "net/server_fixture.h"
#include "net/websocket_client.h"

namespace fovea::net {
namespace {

using fovea::testing::RawSocket;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Can be reached from this machine only, and counts as an address beyond loopback.
constexpr const char* mapped_loopback = "::ffff:127.0.0.1";

// Lets in whoever names a scope in the header "as"; `expired` names are not valid any more.
class NamedGuard final : public Guard {
 public:
  Admission admit(const Request& request, Scope needed) override {
    Admission admission;
    const auto as = request.headers.find("as");
    if (as != request.headers.end()) {
      admission.identity = {Identity::Kind::session, *parse_scope(as->second), as->second, "1"};
    }
    if (admission.identity.scope < needed) {
      admission.refusal = problem(401, "Sign in", "sign in first");
    }
    return admission;
  }
  bool still_valid(const Identity&) override { return valid; }

  std::atomic<bool> valid = true;
};

class Greeter final : public WebSocketHandler {
 public:
  void on_open(std::shared_ptr<WebSocket> socket) override { socket->send_text("welcome"); }
  void on_text(std::string_view) override {}
  void on_close() override {}
};

class GuardTest : public ServerFixture {
 protected:
  void serve() {
    make();
    const auto name = [](const Request& request, const ResponderPtr& responder) {
      responder->send(json_response("\"hello " + request.identity.name + "\""));
    };
    server_->route("GET", "/open", Scope::open, name);
    server_->route("POST", "/open", Scope::open, name);
    server_->route("GET", "/view", Scope::view, name);
    server_->route("POST", "/admin", Scope::admin, name);
    server_->route("GET", "/stream", Scope::view,
                   [this](const Request&, const ResponderPtr& responder) {
                     Response response;
                     response.body = core::Buffer(std::string("first"));
                     stream_ = responder->stream(std::move(response));
                   });
    server_->websocket("/live", Scope::view,
                       [](const Request&) { return std::make_unique<Greeter>(); });
    server_->fallback(name);
    server_->set_guard(guard_);
    start();
  }

  NamedGuard guard_;
  std::shared_ptr<BodyStream> stream_;
};

TEST_F(GuardTest, AsksForTheScopeOfTheRoute) {
  serve();
  EXPECT_THAT(get("/open"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get("/view"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(get("/view", "As: view\r\n"), HasSubstr("hello view"));
  const auto post = [&](const std::string& as) {
    return exchange(request("POST /admin", as + "Content-Length: 0\r\nConnection: close\r\n"));
  };
  EXPECT_THAT(post("As: operate\r\n"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(post("As: admin\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(GuardTest, NothingTellsAStrangerWhichPathsThereAre) {
  serve();
  for (const char* line :
       {"GET /nothing", "GET /view", "DELETE /view", "OPTIONS /view", "OPTIONS /nothing",
        "PUT /nothing", "HEAD /view", "GET /live", "GET /open/../view", "GET //view"}) {
    const auto answer = exchange(request(line, "Connection: close\r\n"));
    EXPECT_THAT(answer, ::testing::AnyOf(StartsWith("HTTP/1.1 401 "), StartsWith("HTTP/1.1 400 ")))
        << line;
  }
  EXPECT_THAT(get("/nothing", "As: view\r\n"), StartsWith("HTTP/1.1 200 ")) << "the fallback";
}

TEST_F(GuardTest, ABodyIsNotReadBeforeItsSenderIsKnown) {
  serve();
  RawSocket socket(server_->port());
  socket.send(request("POST /admin", "Content-Length: 1000000\r\n"));
  ASSERT_TRUE(socket.receive_all()) << "waits for the body of a stranger";
  EXPECT_THAT(socket.received(), StartsWith("HTTP/1.1 401 "));
  const std::string big(options_.open_body_bytes_max + 1, 'x');
  EXPECT_THAT(exchange(request("POST /open",
                               "Content-Length: " + std::to_string(big.size()) + "\r\n", big)),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(GuardTest, WebSocketsAreGuardedAndEndWithTheirSession) {
  serve();
  const std::string url = "ws://" + host() + "/live";
  const auto stranger = connect_websocket(url, {});
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, core::Code::denied);
  WebSocketClientOptions options;
  options.headers["As"] = "view";
  auto client = connect_websocket(url, options);
  ASSERT_TRUE(client) << client.error().message;
  ASSERT_TRUE((*client)->receive(std::chrono::seconds(20)));
  guard_.valid = false;
  EXPECT_EQ((*client)->receive(std::chrono::seconds(20)).error().code, core::Code::closed);
  EXPECT_EQ((*client)->close_code(), 4401);
}

TEST_F(GuardTest, StreamsEndWithTheirSession) {
  serve();
  RawSocket socket(server_->port());
  socket.send(request("GET /stream", "As: view\r\n"));
  ASSERT_TRUE(socket.receive_until("first"));
  EXPECT_FALSE(socket.ended());
  guard_.valid = false;
  EXPECT_TRUE(socket.receive_all());
}

TEST_F(GuardTest, BeyondLoopbackOnlyWithAGuard) {
  options_.address = "0.0.0.0";
  make();
  const auto started = server_->start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, core::Code::denied);
  options_.address = mapped_loopback;
  serve();
  EXPECT_THAT(get("/view"), StartsWith("HTTP/1.1 401 "))
      << "the peer is loopback, the listener is not";
}

TEST_F(GuardTest, OneAddressBeyondLoopbackTakesNotAllPlaces) {
  options_.address = mapped_loopback;
  options_.connections_per_address_max = 2;
  serve();
  RawSocket first(server_->port());
  RawSocket second(server_->port());
  ASSERT_TRUE(eventually([&] { return counted("fovea_http_connections", {}) == 2; }));
  EXPECT_THAT(get("/open"), StartsWith("HTTP/1.1 503 "));
  first.close();
  EXPECT_TRUE(eventually([&] { return get("/open").starts_with("HTTP/1.1 200 "); }));
}

TEST_F(GuardTest, EveryAnswerHasItsHeaders) {
  serve();
  for (const char* path : {"/open", "/view"}) {
    const auto answer = get(path);
    for (const char* header :
         {"Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff",
          "X-Frame-Options: ", "Referrer-Policy: no-referrer", "Cross-Origin-Opener-Policy: "}) {
      EXPECT_THAT(answer, HasSubstr(header)) << path;
    }
  }
}

}  // namespace
}  // namespace fovea::net
