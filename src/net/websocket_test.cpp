#include <gmock/gmock.h>

#include <deque>
#include <mutex>

#include "net/server_fixture.h"
#include "net/websocket_client.h"

namespace fovea::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// What the server's side of one socket saw; shared with the test.
struct Seen {
  std::mutex mutex;  // guards all below
  std::shared_ptr<WebSocket> socket;
  std::deque<std::string> texts;
  int written = 0;
  bool closed = false;
  bool destroyed = false;
};

class Recorder final : public WebSocketHandler {
 public:
  explicit Recorder(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}
  ~Recorder() override {
    std::lock_guard lock(seen_->mutex);
    seen_->destroyed = true;
  }
  void on_open(std::shared_ptr<WebSocket> socket) override {
    std::lock_guard lock(seen_->mutex);
    seen_->socket = std::move(socket);
  }
  void on_text(std::string_view text) override {
    std::lock_guard lock(seen_->mutex);
    seen_->texts.emplace_back(text);
    if (text == "echo") seen_->socket->send_text("echo");
  }
  void on_written() override {
    std::lock_guard lock(seen_->mutex);
    ++seen_->written;
  }
  void on_close() override {
    std::lock_guard lock(seen_->mutex);
    seen_->closed = true;
  }

 private:
  const std::shared_ptr<Seen> seen_;
};

class WebSocketTest : public ServerFixture {
 protected:
  void serve() {
    make();
    server_->websocket("/live", Scope::view,
                       [this](const Request&) -> std::unique_ptr<WebSocketHandler> {
                         if (full_) return nullptr;
                         return std::make_unique<Recorder>(seen_);
                       });
    start();
  }
  core::Result<std::unique_ptr<WebSocketClient>> connect(
      const WebSocketClientOptions& options = {}) {
    return connect_websocket("ws://" + host() + "/live", options);
  }
  std::shared_ptr<WebSocket> socket() {
    EXPECT_TRUE(eventually([&] {
      std::lock_guard lock(seen_->mutex);
      return seen_->socket != nullptr;
    }));
    std::lock_guard lock(seen_->mutex);
    return seen_->socket;
  }
  bool closed() {
    std::lock_guard lock(seen_->mutex);
    return seen_->closed;
  }

  std::shared_ptr<Seen> seen_ = std::make_shared<Seen>();
  std::atomic<bool> full_ = false;
};

core::Buffer text_buffer(const char* text) { return core::Buffer(std::string(text)); }

TEST_F(WebSocketTest, TextAndBinaryBothWays) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client) << client.error().message;
  ASSERT_TRUE((*client)->send_text("echo"));
  auto echo = (*client)->receive(20s);
  ASSERT_TRUE(echo) << echo.error().message;
  EXPECT_TRUE(echo->text);
  EXPECT_EQ(echo->data.text(), "echo");
  socket()->send_binary({text_buffer("one "), core::Buffer(), text_buffer("message")});
  auto binary = (*client)->receive(20s);
  ASSERT_TRUE(binary) << binary.error().message;
  EXPECT_FALSE(binary->text);
  EXPECT_EQ(binary->data.text(), "one message");
  EXPECT_EQ(counted("fovea_websocket_connections", {}), 1);
  EXPECT_TRUE(eventually([&] { return counted("fovea_websocket_sent_bytes_total", {}) == 15; }));
  EXPECT_THAT(socket()->peer(), HasSubstr("127.0.0.1:"));
}

TEST_F(WebSocketTest, ClosesInBothDirections) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client);
  socket()->close(4001, "enough");
  auto message = (*client)->receive(20s);
  ASSERT_FALSE(message);
  EXPECT_EQ((*client)->close_code(), 4001);
  EXPECT_THAT(message.error().message, HasSubstr("enough"));
  EXPECT_TRUE(eventually([&] { return closed(); }));
  socket()->send_text("into the void");
  seen_ = std::make_shared<Seen>();
  auto other = connect();
  ASSERT_TRUE(other);
  socket();
  (*other)->close();
  EXPECT_TRUE(eventually([&] { return closed(); }));
  EXPECT_TRUE(eventually([&] { return counted("fovea_websocket_connections", {}) == 0; }));
}

TEST_F(WebSocketTest, RefusesForeignPagesAndHosts) {
  serve();
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"Origin", "http://evil.example"}, {"Host", "evil.example"}}) {
    WebSocketClientOptions options;
    options.headers[name] = value;
    auto client = connect(options);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, core::Code::denied) << client.error().message;
  }
  WebSocketClientOptions own;
  own.headers["Origin"] = "http://" + host();
  EXPECT_TRUE(connect(own));
}

TEST_F(WebSocketTest, AnswersWithHttpWhereNoWebSocketIs) {
  serve();
  EXPECT_THAT(get("/live"), ::testing::StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(get("/live", "Upgrade: websocket\r\n"), ::testing::StartsWith("HTTP/1.1 400 "));
  full_ = true;
  auto client = connect();
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error().message, HasSubstr("503"));
}

TEST_F(WebSocketTest, RefusesBinaryAndBigAndBrokenText) {
  serve();
  struct Case {
    bool text;
    std::string data;
    int code;
  };
  for (const Case& one : std::initializer_list<Case>{
           {false, "x", 1003}, {true, std::string(70000, 'x'), 1009}, {true, "\xff\xfe", 1007}}) {
    seen_ = std::make_shared<Seen>();
    auto client = connect();
    ASSERT_TRUE(client);
    ASSERT_TRUE(one.text ? (*client)->send_text(one.data) : (*client)->send_binary(one.data));
    EXPECT_FALSE((*client)->receive(20s));
    EXPECT_EQ((*client)->close_code(), one.code);
    EXPECT_TRUE(eventually([&] { return closed(); }));
    std::lock_guard lock(seen_->mutex);
    EXPECT_TRUE(seen_->texts.empty());
  }
}

// Each message is parsed on the thread that serves everybody.
TEST_F(WebSocketTest, AFloodOfBytesIsClosedWithItsReason) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client);
  const std::string message(60000, 'x');
  bool sent = true;
  for (int i = 0; i < 100 && sent; ++i) sent = bool((*client)->send_text(message));
  const auto end = (*client)->receive(20s);
  ASSERT_FALSE(end);
  EXPECT_EQ((*client)->close_code(), 1008) << end.error().message;
  EXPECT_THAT(end.error().message, HasSubstr("too many messages"));
  EXPECT_EQ(rejected("websocket_policy"), 1);
  std::lock_guard lock(seen_->mutex);
  EXPECT_LE(seen_->texts.size(), 2 * options_.websocket_bytes_per_second_max / message.size());
}

TEST_F(WebSocketTest, AReaderThatIsTooSlowIsClosedAndBlocksNobody) {
  options_.websocket_queue_bytes_max = 8 << 20;
  serve();
  WebSocketClientOptions slow;
  slow.receive_buffer_bytes = 4096;
  auto client = connect(slow);
  ASSERT_TRUE(client);
  const auto sender = socket();
  const core::Buffer megabyte(core::Bytes(1 << 20, 'x'));
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) sender->send_binary({megabyte});
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_LE(sender->queued_bytes(), 8u << 20);
  EXPECT_TRUE(eventually([&] { return closed(); }));
  EXPECT_EQ(rejected("websocket_policy"), 1);
  EXPECT_TRUE(eventually([&] { return counted("fovea_http_connections", {}) == 0; }));
}

TEST_F(WebSocketTest, SaysWhatWasWritten) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client);
  const auto sender = socket();
  for (int i = 0; i < 5; ++i) sender->send_text("x");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE((*client)->receive(20s));
  EXPECT_TRUE(eventually([&] {
    std::lock_guard lock(seen_->mutex);
    return seen_->written == 5 && sender->queued_bytes() == 0;
  }));
}

TEST_F(WebSocketTest, ADeadPeerIsClosedALivingOneIsNot) {
  options_.websocket_idle_limit = 400ms;
  serve();
  auto client = connect();
  ASSERT_TRUE(client);
  // Receiving answers pings, so that nothing happens for three times the limit.
  const auto quiet = (*client)->receive(1200ms);
  ASSERT_FALSE(quiet);
  EXPECT_EQ(quiet.error().code, core::Code::timeout) << quiet.error().message;
  EXPECT_FALSE(closed());
  EXPECT_TRUE(eventually([&] { return closed(); }));  // nobody answers pings any more
}

TEST_F(WebSocketTest, SendingWhileClosingAndStopping) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client);
  const auto sender = socket();
  std::vector<std::jthread> threads;
  threads.reserve(3);
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([sender](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        sender->send_text("busy");
        std::this_thread::sleep_for(100us);  // a steady stream
      }
    });
  }
  for (int i = 0; i < 50; ++i) ASSERT_TRUE((*client)->receive(20s));
  server_.reset();
  while ((*client)->receive(20s)) {
  }
  EXPECT_EQ((*client)->close_code(), 1001);
  std::lock_guard lock(seen_->mutex);
  EXPECT_TRUE(seen_->closed);
  EXPECT_TRUE(seen_->destroyed);
}

TEST_F(WebSocketTest, ManyAtOnce) {
  serve();
  std::vector<std::unique_ptr<WebSocketClient>> clients;
  for (int i = 0; i < 50; ++i) {
    auto client = connect();
    ASSERT_TRUE(client);
    ASSERT_TRUE((*client)->send_text("hello"));
    clients.push_back(std::move(*client));
  }
  EXPECT_TRUE(eventually([&] {
    std::lock_guard lock(seen_->mutex);
    return seen_->texts.size() == 50;
  }));
  EXPECT_EQ(counted("fovea_websocket_connections", {}), 50);
}

}  // namespace
}  // namespace fovea::net
