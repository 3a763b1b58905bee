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
    server_->route("GET", "/who", Scope::open, [](const Request& request, const ResponderPtr& to) {
      to->send(json_response(request.network + (request.https ? " https" : " http")));
    });
    server_->route("POST", "/slow", Scope::open,
                   [this](const Request& request, const ResponderPtr& to) {
                     std::lock_guard lock(mutex_);
                     slow_.emplace_back(request.peer, to);
                   });
    server_->websocket("/live", Scope::view,
                       [](const Request&) { return std::make_unique<Greeter>(); });
    server_->fallback(name);
    server_->set_guard(guard_);
    start();
  }

  size_t slow() {
    std::lock_guard lock(mutex_);
    return slow_.size();
  }
  void answer_slow() {
    std::lock_guard lock(mutex_);
    for (auto& [peer, to] : slow_) to->send(json_response("hello " + peer));
    slow_.clear();
  }

  NamedGuard guard_;
  std::shared_ptr<BodyStream> stream_;
  std::mutex mutex_;                                        // guards slow_
  std::vector<std::pair<std::string, ResponderPtr>> slow_;  // wait for their answers
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
  const std::string big(options_.body_bytes_max + 1, 'x');
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

// 378 idle sockets and 190 new ones a second shut everybody out of half of the places, and the
// refused ones took the rest.
TEST_F(GuardTest, AFloodOfOneAddressTurnsOverItsOwnPlacesOnly) {
  options_.address = mapped_loopback;
  options_.connections_max = 40;
  options_.strangers_max = 20;
  options_.strangers_per_network_max = 8;
  serve();
  const std::string ask = request("GET /view", "As: view\r\n");
  RawSocket known(server_->port(), 0, "127.0.0.2");  // shares the attacker's address
  RawSocket other(server_->port(), 0, "127.0.0.3");
  for (RawSocket* socket : {&known, &other}) {
    socket->send(socket == &known ? ask : request("GET /open"));
    ASSERT_TRUE(socket->receive_until("hello"));
  }
  std::vector<std::unique_ptr<RawSocket>> flood;
  flood.reserve(300);
  for (int i = 0; i < 300; ++i) {
    flood.push_back(std::make_unique<RawSocket>(server_->port(), 0, "127.0.0.2"));
  }
  ASSERT_TRUE(eventually([&] { return rejected("crowded_out") == 300 - 8; }));
  EXPECT_EQ(counted("fovea_http_connections", {}), 8 + 2);
  for (RawSocket* socket : {&known, &other}) {
    socket->received().clear();
    socket->send(socket == &known ? ask : request("GET /open"));
    EXPECT_TRUE(socket->receive_until("hello")) << "lost its place";
  }
  for (const char* from : {"127.0.0.2", "127.0.0.4"}) {
    RawSocket late(server_->port(), 0, from);
    late.send(ask);
    EXPECT_TRUE(late.receive_until("hello view")) << from;
  }
  RawSocket& oldest = *flood.front();
  EXPECT_TRUE(oldest.receive_all());
  EXPECT_EQ(oldest.received(), "") << "not a word";
}

TEST_F(GuardTest, StrangersOfManyAddressesLeavePlacesForWhoIsSignedIn) {
  options_.address = mapped_loopback;
  options_.connections_max = 40;
  options_.strangers_max = 20;
  serve();
  std::vector<std::unique_ptr<RawSocket>> flood;
  for (int i = 0; i < 100; ++i) {
    const std::string from = "127.0.1." + std::to_string(1 + i);
    flood.push_back(std::make_unique<RawSocket>(server_->port(), 0, from.c_str()));
  }
  std::vector<std::unique_ptr<RawSocket>> viewers;
  for (int i = 0; i < 20; ++i) {
    viewers.push_back(std::make_unique<RawSocket>(server_->port()));
    viewers.back()->send(request("GET /view", "As: view\r\n"));
    ASSERT_TRUE(viewers.back()->receive_until("hello view")) << i;
  }
  EXPECT_THAT(get("/open"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(GuardTest, OneUserTakesNotAllPlaces) {
  options_.connections_per_user_max = 3;
  serve();
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (int i = 0; i < 3; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(server_->port()));
    sockets.back()->send(request("GET /view", "As: view\r\n"));
    ASSERT_TRUE(sockets.back()->receive_until("hello view"));
  }
  EXPECT_THAT(get("/view", "As: view\r\n"), HasSubstr("serves 3 connections of a user"));
  EXPECT_EQ(rejected("user_full"), 1);
  EXPECT_THAT(get("/view", "As: operate\r\n"), StartsWith("HTTP/1.1 200 "));
  WebSocketClientOptions options;
  options.headers["As"] = "view";
  sockets.pop_back();
  core::Result<std::unique_ptr<WebSocketClient>> client = core::Error{};
  EXPECT_TRUE(eventually([&] {
    client = connect_websocket("ws://" + host() + "/live", options);
    return bool(client);
  }));
  EXPECT_THAT(get("/view", "As: view\r\n"), StartsWith("HTTP/1.1 503 ")) << "it counts as well";
}

TEST_F(GuardTest, ATrustedProxysClientsAreToldApart) {
  options_.trusted_proxies = {"127.0.0.1"};
  options_.strangers_per_network_max = 2;
  serve();
  const auto from = [&](const std::string& client, RawSocket& socket) {
    socket.send(request("POST /slow", "X-Forwarded-For: " + client + "\r\nContent-Length: 0\r\n"));
  };
  RawSocket first(server_->port());
  RawSocket second(server_->port());
  RawSocket third(server_->port());
  RawSocket another(server_->port());
  from("203.0.113.5", first);
  from("203.0.113.5", second);
  ASSERT_TRUE(eventually([&] { return slow() == 2; }));
  from("203.0.113.5", third);
  ASSERT_TRUE(third.receive_until("HTTP/1.1 503 "));
  EXPECT_EQ(rejected("network_full"), 1);
  from("203.0.113.6", another);
  ASSERT_TRUE(eventually([&] { return slow() == 3; }));
  answer_slow();
  for (RawSocket* socket : {&first, &second, &another}) {
    EXPECT_TRUE(socket->receive_until("hello 203.0.113."));
  }
  from("203.0.113.5", another);  // the proxy's connection serves the next one
  ASSERT_TRUE(eventually([&] { return slow() == 1; }));
  answer_slow();
}

TEST_F(GuardTest, WhatAStrangerForwardsIsNothing) {
  options_.exact_origin = true;
  serve();
  const auto answer = get("/who", "X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\n");
  EXPECT_THAT(answer, HasSubstr("127.0.0.1 http"));
  options_.trusted_proxies = {"127.0.0.0/8"};
  serve();
  EXPECT_THAT(get("/who", "X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\n"),
              HasSubstr("203.0.113.5 https"));
  EXPECT_THAT(get("/who", "Forwarded: for=\"[2001:db8::1]\";proto=https\r\n"),
              HasSubstr("2001:db8::/64 https"));
  const auto own_page = fmt::format("Origin: https://{}\r\n", host());
  EXPECT_THAT(get("/who", own_page + "X-Forwarded-Proto: https\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get("/who", own_page),
              ::testing::AllOf(StartsWith("HTTP/1.1 403 "), HasSubstr("has to pass on the Host")));
  options_.trusted_proxies = {"hub.local"};
  make();
  server_->set_guard(guard_);
  EXPECT_EQ(server_->start().error().code, core::Code::bad_input);
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
