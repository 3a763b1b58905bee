#include <gmock/gmock.h>
#include <zlib.h>

#include <atomic>
#include <future>

#include "core/json.h"
#include "net/server_fixture.h"
#include "testing/json.h"

namespace fovea::net {
namespace {

using namespace std::chrono_literals;
using fovea::testing::RawSocket;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

std::string gunzip(const std::string& data) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = uInt(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  const int code = inflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return code == Z_STREAM_END ? out : std::string();
}

class HttpServerTest : public ServerFixture {
 protected:
  // An echo, a handler that answers later, a big text, and one that never answers.
  void serve() {
    make();
    server_->route("GET", "/echo/{name}", Scope::view,
                   [](const Request& request, ResponderPtr responder) {
                     core::Json json = {{"method", request.method},
                                        {"parameters", request.parameters},
                                        {"query", request.query},
                                        {"peer", request.peer}};
                     responder->send(json_response(json.dump()));
                   });
    server_->route("POST", "/echo/{name}", Scope::view,
                   [](const Request& request, ResponderPtr responder) {
                     Response response = json_response(std::string(request.body.text()));
                     response.content_type = request.headers.count("content-type") != 0
                                                 ? request.headers.at("content-type")
                                                 : "text/plain";
                     responder->send(std::move(response));
                   });
    server_->route("GET", "/later", Scope::view, [this](const Request&, ResponderPtr responder) {
      workers_.emplace_back([responder] {
        std::this_thread::sleep_for(20ms);  // answers late
        responder->send(json_response("\"late\""));
        responder->send(json_response("\"twice\""));
      });
    });
    server_->route("GET", "/big", Scope::view, [](const Request&, ResponderPtr responder) {
      Response response = json_response("\"" + std::string(200000, 'x') + "\"");
      response.headers["etag"] = "\"v1\"";
      responder->send(std::move(response));
    });
    server_->route("GET", "/silent", Scope::view, [](const Request&, const ResponderPtr&) {});
    server_->route("GET", "/throws", Scope::view,
                   [](const Request&, const ResponderPtr&) { throw std::runtime_error("oh"); });
    server_->route("GET", "/split", Scope::view, [](const Request&, ResponderPtr responder) {
      Response response = json_response("1");
      response.headers["x-name"] = "a\r\nSet-Cookie: evil=1";
      responder->send(std::move(response));
    });
    start();
  }

  std::vector<std::jthread> workers_;
};

TEST_F(HttpServerTest, AnswersWithParametersAndQuery) {
  serve();
  const std::string answer = get("/echo/cam%201?x=a+b");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
  const auto json = testing::json(body_of(answer));
  EXPECT_EQ(json["parameters"]["name"], "cam 1");
  EXPECT_EQ(json["query"]["x"], "a b");
  EXPECT_THAT(json["peer"].get<std::string>(), StartsWith("127.0.0.1:"));
  EXPECT_EQ(counted("fovea_http_requests_total", {{"route", "/echo/{name}"}, {"status", "200"}}),
            1);
}

TEST_F(HttpServerTest, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  serve();
  RawSocket socket(server_->port());
  ASSERT_TRUE(socket.send(request("GET /later") + request("GET /echo/second") +
                          request("POST /echo/x", "Content-Length: 5\r\n", "third") +
                          request("GET /echo/last", "Connection: close\r\n")));
  ASSERT_TRUE(socket.receive_all());
  const std::string& all = socket.received();
  const size_t late = all.find("\"late\"");
  const size_t second = all.find("\"name\":\"second\"");
  const size_t third = all.find("third");
  const size_t last = all.find("\"name\":\"last\"");
  ASSERT_NE(last, std::string::npos) << all;
  EXPECT_LT(late, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, last);
  EXPECT_EQ(all.find("twice"), std::string::npos);
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  serve();
  const std::string answer = exchange(request("HEAD /big", "Connection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 200002\r\n"));
  EXPECT_EQ(body_of(answer), "");
}

TEST_F(HttpServerTest, SaysWhatAPathTakes) {
  serve();
  const std::string wrong = exchange(request("DELETE /echo/x", "Connection: close\r\n"));
  EXPECT_THAT(wrong, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(wrong, HasSubstr("allow: GET, HEAD, OPTIONS, POST\r\n"));
  const std::string options = exchange(request("OPTIONS /echo/x", "Connection: close\r\n"));
  EXPECT_THAT(options, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(options, HasSubstr("allow: GET, HEAD, OPTIONS, POST\r\n"));
  EXPECT_THAT(get("/nowhere"), StartsWith("HTTP/1.1 404 "));
  const auto document = testing::json(body_of(get("/nowhere")));
  EXPECT_EQ(document["status"], 404);
  EXPECT_TRUE(document.contains("title"));
  EXPECT_TRUE(document.contains("type"));
}

TEST_F(HttpServerTest, FallbackTakesWhatNoRouteMatches) {
  make();
  server_->fallback([](const Request& request, ResponderPtr responder) {
    Response response;
    response.content_type = "text/html";
    response.body = core::Buffer(request.path);
    responder->send(std::move(response));
  });
  start();
  EXPECT_THAT(get("/d/cam1"), EndsWith("\r\n\r\n/d/cam1"));
  EXPECT_THAT(get("/../etc/passwd"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(get("/%2e%2e/etc/passwd"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange(request("POST /x", "Connection: close\r\nContent-Length: 0\r\n")),
              StartsWith("HTTP/1.1 404 "));
}

TEST_F(HttpServerTest, CompressesBigTextsForThoseWhoTakeIt) {
  serve();
  const std::string answer = get("/big", "Accept-Encoding: br, gzip;q=0.5\r\n");
  EXPECT_THAT(answer, HasSubstr("content-encoding: gzip\r\n"));
  EXPECT_THAT(answer, HasSubstr("vary: Accept-Encoding\r\n"));
  EXPECT_EQ(gunzip(body_of(answer)).size(), 200002u);
  EXPECT_THAT(get("/big", "Accept-Encoding: gzip;q=0\r\n"), Not(HasSubstr("content-encoding")));
  EXPECT_THAT(get("/big"), Not(HasSubstr("content-encoding")));
  EXPECT_THAT(get("/echo/x", "Accept-Encoding: gzip\r\n"), Not(HasSubstr("content-encoding")));
}

TEST_F(HttpServerTest, AnswersNotModified) {
  serve();
  const std::string answer = get("/big", "If-None-Match: \"v0\", \"v1\"\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 304 "));
  EXPECT_EQ(body_of(answer), "");
  EXPECT_THAT(get("/big", "If-None-Match: \"v2\"\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, AHandlerWithoutAnAnswerIs500) {
  serve();
  EXPECT_THAT(get("/silent"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(get("/throws"), StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServerTest, HeadersCannotBeSmuggledIn) {
  serve();
  EXPECT_THAT(get("/split"), Not(HasSubstr("Set-Cookie")));
}

TEST_F(HttpServerTest, HostAndOrigin) {
  options_.allowed_hosts = {"hub.local"};
  serve();
  struct Case {
    const char* host;
    const char* origin;
    int status;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"localhost", nullptr, 200},
           {"[::1]:99", nullptr, 200},
           {"hub.local", nullptr, 200},
           {"127.0.0.1", "http://localhost:5173", 200},
           {"127.0.0.1", "https://hub.local", 200},
           {"evil.example", nullptr, 421},
           {"localhost.evil.example", nullptr, 421},
           {"", nullptr, 421},
           {"evil.example", "http://localhost", 421},
           {"127.0.0.1", "http://evil.example", 403},
           {"127.0.0.1", "null", 403},
           {"hub.local", "http://hub.local.evil.example", 403},
       }) {
    const std::string origin = one.origin ? fmt::format("Origin: {}\r\n", one.origin) : "";
    const std::string answer = exchange(fmt::format(
        "GET /echo/x HTTP/1.1\r\nHost: {}\r\n{}Connection: close\r\n\r\n", one.host, origin));
    EXPECT_THAT(answer, StartsWith(fmt::format("HTTP/1.1 {} ", one.status)))
        << one.host << " " << origin;
  }
  EXPECT_EQ(rejected("host"), 4);
  EXPECT_EQ(rejected("origin"), 3);
  EXPECT_THAT(exchange("GET http://evil.example/echo/x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
              StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(exchange("GET http://localhost/echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: "
                       "close\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
}

// Sent by no good client: each is answered (or ended) and the server goes on.
TEST_F(HttpServerTest, MalformedRequests) {
  options_.body_bytes_max = 1000;
  serve();
  const std::string good_host = "Host: " + host() + "\r\n";
  struct Case {
    std::string bytes;
    int status;  // 0: ended without an answer
  };
  for (const Case& one : std::initializer_list<Case>{
           {"", 0},
           {"\r\n\r\n\r\n", 400},
           {"GET\r\n\r\n", 400},
           {"GET /echo/x\r\n\r\n", 400},
           {"GET /echo/x HTTP/2.0\r\n" + good_host + "\r\n", 400},
           {"GET /echo/x HTTP/1.1\r\n\r\n", 400},
           {"GET /echo/x HTTP/1.1\r\n" + good_host + good_host + "\r\n", 400},
           {"GET /echo/x HTTP/1.1\r\n" + good_host + "Bad Header: x\r\n\r\n", 400},
           {"GET /echo/x HTTP/1.1\r\n" + good_host + " folded\r\n\r\n", 421},
           {"G\x01T /echo/x HTTP/1.1\r\n" + good_host + "\r\n", 400},
           {"GET x HTTP/1.1\r\n" + good_host + "\r\n", 400},
           {"GET /%00 HTTP/1.1\r\n" + good_host + "\r\n", 400},
           {"CONNECT evil.example:443 HTTP/1.1\r\n" + good_host + "\r\n", 400},
           {"GET /" + std::string(20000, 'a') + " HTTP/1.1\r\n" + good_host + "\r\n", 431},
           {"GET / HTTP/1.1\r\n" + good_host + "X: " + std::string(20000, 'a') + "\r\n\r\n", 431},
           {"POST /echo/x HTTP/1.1\r\n" + good_host + "Content-Length: 1001\r\n\r\n", 413},
           {"POST /echo/x HTTP/1.1\r\n" + good_host + "Content-Length: -1\r\n\r\n", 400},
           {"POST /echo/x HTTP/1.1\r\n" + good_host +
                "Content-Length: 9999999999999999999999\r\n\r\n",
            400},
           {"POST /echo/x HTTP/1.1\r\n" + good_host +
                "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            400},
           {"POST /echo/x HTTP/1.1\r\n" + good_host +
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400},
           {"POST /echo/x HTTP/1.1\r\n" + good_host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            400},
           {"POST /echo/x HTTP/1.1\r\n" + good_host +
                "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n",
            413},
           {"POST /echo/x HTTP/1.1\r\n" + good_host +
                "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
            415},
           {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
       }) {
    RawSocket socket(server_->port());
    socket.send(one.bytes);
    socket.shut_sending();
    ASSERT_TRUE(socket.receive_all()) << one.bytes.substr(0, 100);
    if (one.status == 0) {
      EXPECT_EQ(socket.received(), "") << one.bytes.substr(0, 100);
    } else {
      EXPECT_THAT(socket.received(), StartsWith(fmt::format("HTTP/1.1 {} ", one.status)))
          << one.bytes.substr(0, 100);
    }
  }
  EXPECT_THAT(get("/echo/x"), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(eventually([&] { return counted("fovea_http_connections", {}) == 0; }));
}

TEST_F(HttpServerTest, TakesChunkedBodiesAndExpectations) {
  serve();
  const std::string chunked =
      exchange(request("POST /echo/x", "Transfer-Encoding: chunked\r\nConnection: close\r\n",
                       "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"));
  EXPECT_THAT(chunked, EndsWith("hello world"));
  RawSocket socket(server_->port());
  ASSERT_TRUE(socket.send(request(
      "POST /echo/x", "Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n")));
  ASSERT_TRUE(socket.receive_until("100 Continue\r\n\r\n"));
  ASSERT_TRUE(socket.send("ok"));
  ASSERT_TRUE(socket.receive_all());
  EXPECT_THAT(socket.received(), EndsWith("ok"));
}

// A proxy that reads `chunked` in it, or goes by the length that comes later, sees the request that
// is hidden in the body as a body.
TEST_F(HttpServerTest, ABodyOfUnknownEndIsNoNextRequest) {
  serve();
  const std::string hidden = "GET /echo/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const char* coding : {"gzip", "chunked, x", "x, chunked", "gzip, chunked", "identity",
                             "chunked;q=1", "chunked\r\nTransfer-Encoding: gzip", "\"chunked\""}) {
    const std::string answer =
        exchange(request("POST /echo/x", fmt::format("Transfer-Encoding: {}\r\n", coding), hidden));
    EXPECT_THAT(answer, ::testing::AnyOf(StartsWith("HTTP/1.1 501 "), StartsWith("HTTP/1.1 400 ")))
        << coding;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << coding;
    EXPECT_THAT(answer, Not(HasSubstr("hidden\""))) << coding;
  }
  EXPECT_GE(rejected("transfer_encoding"), 5);
  EXPECT_THAT(exchange(fmt::format("POST /echo/x HTTP/1.0\r\nHost: {}\r\n"
                                   "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                                   host())),
              StartsWith("HTTP/1.1 501 "));
}

TEST_F(HttpServerTest, ARouteTakesTheBodyThatItSays) {
  make();
  const auto echo_size = [](const Request& request, const ResponderPtr& responder) {
    responder->send(json_response(std::to_string(request.body.size())));
  };
  server_->route("PUT", "/small", Scope::view, echo_size);
  server_->route("PUT", "/large", Scope::view, 64u << 10, echo_size);
  start();
  const auto put = [&](const std::string& path, size_t bytes, bool chunked) {
    const std::string body(bytes, 'x');
    const std::string headers =
        chunked ? "Transfer-Encoding: chunked\r\n" : fmt::format("Content-Length: {}\r\n", bytes);
    return exchange(request("PUT " + path, headers + "Connection: close\r\n",
                            chunked ? fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", bytes, body) : body));
  };
  for (const bool chunked : {false, true}) {
    EXPECT_THAT(put("/small", 8192, chunked), EndsWith("\r\n\r\n8192"));
    const auto refused = put("/small", 8193, chunked);
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(refused, HasSubstr("8192 bytes"));
    EXPECT_THAT(put("/large", 65536, chunked), EndsWith("\r\n\r\n65536"));
    EXPECT_THAT(put("/large", 65537, chunked), HasSubstr("65536 bytes"));
  }
}

TEST_F(HttpServerTest, SlowClientsAreEnded) {
  options_.header_limit = 300ms;
  options_.body_limit = 300ms;
  options_.idle_limit = 400ms;
  serve();
  RawSocket headers(server_->port());
  RawSocket body(server_->port());
  RawSocket idle(server_->port());
  headers.send("GET /echo/x HTTP/1.1\r\nHost:");
  body.send(request("POST /echo/x", "Content-Length: 10\r\n", "abc"));
  // Slow-loris: a byte now and then does not extend the time.
  std::jthread loris([&](const std::stop_token& stop) {
    while (!stop.stop_requested() && headers.send("x")) {
      std::this_thread::sleep_for(50ms);  // a byte now and then
    }
  });
  EXPECT_TRUE(headers.receive_all());
  EXPECT_TRUE(body.receive_all());
  EXPECT_TRUE(idle.receive_all());
  EXPECT_EQ(rejected("slow"), 2);
}

TEST_F(HttpServerTest, APeerThatDoesNotReadIsEnded) {
  options_.write_limit = 300ms;
  make();
  server_->route("GET", "/huge", Scope::view, [](const Request&, ResponderPtr responder) {
    Response response;
    response.content_type = "application/octet-stream";
    response.body = core::Buffer(core::Bytes(64 << 20));
    responder->send(std::move(response));
  });
  start();
  RawSocket socket(server_->port(), 4096);
  socket.send(request("GET /huge"));
  EXPECT_TRUE(eventually([&] { return counted("fovea_http_connections", {}) == 1; }));
  EXPECT_TRUE(eventually([&] { return counted("fovea_http_connections", {}) == 0; }));
}

TEST_F(HttpServerTest, TooManyConnectionsAreTold) {
  options_.connections_max = 3;
  serve();
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (int i = 0; i < 3; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(server_->port()));
    sockets.back()->send(request("GET /echo/x"));
    ASSERT_TRUE(sockets.back()->receive_until("\r\n\r\n"));
  }
  const std::string answer = get("/echo/x");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("3 connections at a time"));
  EXPECT_EQ(rejected("connections"), 1);
  sockets.clear();
  EXPECT_TRUE(eventually([&] { return get("/echo/x").starts_with("HTTP/1.1 200 "); }));
}

TEST_F(HttpServerTest, StreamsChunksNewestWins) {
  make();
  std::promise<std::shared_ptr<BodyStream>> opened;
  server_->route("GET", "/stream", Scope::view, [&](const Request&, ResponderPtr responder) {
    Response response;
    response.content_type = "multipart/x-mixed-replace; boundary=frame";
    response.body = core::Buffer(std::string("--frame\r\n"));
    opened.set_value(responder->stream(std::move(response)));
  });
  start();
  RawSocket socket(server_->port(), 4096);
  socket.send(request("GET /stream"));
  auto stream = opened.get_future().get();
  ASSERT_TRUE(socket.receive_until("\r\n\r\n"));
  EXPECT_THAT(socket.received(), HasSubstr("Transfer-Encoding: chunked\r\n"));
  ASSERT_TRUE(socket.receive_until("9\r\n--frame\r\n\r\n"));
  ASSERT_TRUE(stream->write_newest(core::Buffer(std::string("first"))));
  ASSERT_TRUE(socket.receive_until("5\r\nfirst\r\n"));
  // Nobody reads: one is under way, one waits, the rest is dropped.
  const core::Buffer big(core::Bytes(8 << 20, 'x'));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(stream->write_newest(big));
  ASSERT_TRUE(stream->write_newest(core::Buffer(std::string("newest"))));
  EXPECT_GE(stream->dropped(), 8u);
  ASSERT_TRUE(socket.receive_until("6\r\nnewest\r\n", 60s));
  EXPECT_LE(socket.received().size(), 3u * (8 << 20));
  stream.reset();
  ASSERT_TRUE(socket.receive_all());
  EXPECT_THAT(socket.received(), EndsWith("0\r\n\r\n"));
}

TEST_F(HttpServerTest, AStreamNoticesThatItsPeerHasGone) {
  make();
  std::promise<std::shared_ptr<BodyStream>> opened;
  server_->route("GET", "/stream", Scope::view, [&](const Request&, ResponderPtr responder) {
    opened.set_value(responder->stream({}));
  });
  start();
  auto socket = std::make_unique<RawSocket>(server_->port());
  socket->send(fmt::format("GET /stream HTTP/1.0\r\nHost: {}\r\n\r\n", host()));
  auto stream = opened.get_future().get();
  ASSERT_TRUE(socket->receive_until("\r\n\r\n"));
  EXPECT_THAT(socket->received(), Not(HasSubstr("chunked")));
  EXPECT_TRUE(stream->open());
  socket.reset();
  EXPECT_TRUE(eventually([&] { return !stream->open(); }));
  EXPECT_FALSE(stream->write_newest(core::Buffer(std::string("x"))));
  EXPECT_TRUE(eventually([&] { return counted("fovea_http_connections", {}) == 0; }));
}

TEST_F(HttpServerTest, StopsWhileRequestsAreUnderWay) {
  make();
  ResponderPtr kept;
  std::shared_ptr<BodyStream> stream;
  std::promise<void> both;
  server_->route("GET", "/kept", Scope::view,
                 [&](const Request&, ResponderPtr responder) { kept = std::move(responder); });
  server_->route("GET", "/stream", Scope::view, [&](const Request&, const ResponderPtr& responder) {
    stream = responder->stream({});
    both.set_value();
  });
  start();
  RawSocket first(server_->port());
  first.send(request("GET /kept"));
  RawSocket idle(server_->port());
  RawSocket second(server_->port());
  ASSERT_TRUE(eventually([&] { return counted("fovea_http_connections", {}) == 3; }));
  second.send(request("GET /stream"));
  both.get_future().get();
  const auto before = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
  EXPECT_TRUE(first.receive_all());
  EXPECT_TRUE(idle.receive_all());
  EXPECT_TRUE(second.receive_all());
  EXPECT_FALSE(stream->write_newest(core::Buffer(std::string("x"))));
  if (kept) kept->send(json_response("1"));  // into the void
}

TEST_F(HttpServerTest, AnAddressInUseIsNamed) {
  serve();
  ServerOptions same = options_;
  same.port = server_->port();
  const auto second = make_http_server(same, context_)->start();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, core::Code::io);
  EXPECT_THAT(second.error().message, HasSubstr(host() + " is in use"));
  EXPECT_THAT(second.error().message, HasSubstr("--listen 127.0.0.1:"));
}

TEST_F(HttpServerTest, ListensOnLoopbackOnly) {
  for (const char* address : {"0.0.0.0", "::", "192.168.1.5"}) {
    options_.address = address;
    make();
    const auto started = server_->start();
    ASSERT_FALSE(started) << address;
    EXPECT_EQ(started.error().code, core::Code::denied);
    EXPECT_THAT(started.error().message, HasSubstr("sign in"));
  }
  options_.address = "not an address";
  make();
  EXPECT_EQ(server_->start().error().code, core::Code::bad_input);
  options_.address = "localhost";
  make();
  EXPECT_TRUE(server_->start());
}

TEST_F(HttpServerTest, PostRunsOnTheServersThread) {
  make();
  EXPECT_FALSE(server_->post([] {}));
  start();
  std::promise<std::thread::id> ran;
  ASSERT_TRUE(server_->post([&] { ran.set_value(std::this_thread::get_id()); }));
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

}  // namespace
}  // namespace fovea::net
