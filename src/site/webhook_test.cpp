#include "site/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "core/base64.h"
#include "net/hmac_sha256.h"
#include "net/http_server.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::wait_until;

// A real server that answers as a test says.
class WebhookTest : public ::testing::Test {
 public:
  ~WebhookTest() override { webhook_.reset(); }

 protected:
  WebhookTest() {
    options_.name = "ops";
    options_.secret = "whsec_" + core::base64_encode("a key of some bytes");
    options_.backoff_first = 5ms;
    options_.backoff_last = 20ms;
    options_.limit = 5s;
  }
  void serve(int port = 0) {
    net::ServerOptions server;
    server.port = port;
    server_ = net::make_http_server(server, context_.context());
    server_->route("POST", "/hook", net::Scope::open,
                   [this](const net::Request& request, net::ResponderPtr to) {
                     std::this_thread::sleep_for(answers_after_);  // a slow server
                     std::lock_guard lock(mutex_);
                     requests_.push_back(request);
                     bodies_.emplace_back(request.body.text());
                     net::Response response = net::json_response("{}", status_);
                     if (status_ == 302) response.headers["location"] = "/elsewhere";
                     to->send(std::move(response));
                   });
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error().message;
    options_.url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/hook?token=hidden";
  }
  void open() {
    webhook_ = std::make_unique<Webhook>(
        options_,
        [this](const std::string& text) {
          std::lock_guard lock(mutex_);
          said_.push_back(text);
        },
        context_.context());
  }
  void deliver(uint64_t number) {
    wire::Alert alert;
    alert.stream = {"plant", "hall"};
    alert.rule = "danger";
    alert.time = core::Timestamp(1'795'500'000s);
    alert.frame_sequence = number;
    alert.text = "person covers 2.3 % of the zone";
    webhook_->deliver(alert);
  }
  size_t received() {
    std::lock_guard lock(mutex_);
    return requests_.size();
  }
  void answer(int status) {
    std::lock_guard lock(mutex_);
    status_ = status;
  }
  std::vector<uint64_t> numbers() {
    std::lock_guard lock(mutex_);
    std::vector<uint64_t> all;
    for (const auto& body : bodies_) all.push_back(wire::parse_alert_json(body)->frame_sequence);
    return all;
  }
  double value(const std::string& name) const {
    return context_.value("fovea_webhook_" + name, {{"webhook", "ops"}});
  }
  double dropped(const std::string& reason) const {
    return context_.value("fovea_webhook_dropped_total", {{"webhook", "ops"}, {"reason", reason}});
  }

  testing::TestContext context_;
  WebhookOptions options_;
  std::chrono::milliseconds answers_after_{};
  std::mutex mutex_;  // guards the four below
  int status_ = 200;
  std::vector<net::Request> requests_;
  std::vector<std::string> bodies_;
  std::vector<std::string> said_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<Webhook> webhook_;
};

TEST_F(WebhookTest, SendsASignedCloudEvent) {
  serve();
  open();
  deliver(7);
  ASSERT_TRUE(wait_until([&] { return value("sent_total") == 1; }));
  std::lock_guard lock(mutex_);
  auto& headers = requests_.at(0).headers;
  EXPECT_EQ(headers.at("content-type"), "application/json");
  EXPECT_EQ(headers.at("ce-type"), "fovea.alert.v1");
  EXPECT_EQ(headers.at("ce-source"), "/plant/hall");
  EXPECT_EQ(headers.at("ce-id"), headers.at("webhook-id"));
  const std::string signed_text =
      headers.at("webhook-id") + "." + headers.at("webhook-timestamp") + "." + bodies_.at(0);
  EXPECT_EQ(headers.at("webhook-signature"),
            "v1," + core::base64_encode(net::hmac_sha256("a key of some bytes", signed_text)));
  EXPECT_THAT(said_, ElementsAre());
}

TEST_F(WebhookTest, TriesAgainInOrderUntilTheServerTakesIt) {
  serve();
  answer(503);
  open();
  for (uint64_t i = 1; i <= 3; ++i) deliver(i);
  ASSERT_TRUE(wait_until([&] { return received() >= 4; }));
  EXPECT_EQ(value("sent_total"), 0);
  EXPECT_GE(value("retries_total"), 3);
  answer(204);
  ASSERT_TRUE(wait_until([&] { return value("sent_total") == 3; }));
  const auto all = numbers();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(all.back(), 3u);
  ASSERT_TRUE(wait_until([&] {
    std::lock_guard lock(mutex_);
    return said_.size() == 2;
  }));
  EXPECT_THAT(said_[0], HasSubstr("webhook ops fails: http://127.0.0.1"));
  EXPECT_THAT(said_[0], ::testing::Not(HasSubstr("hidden")));
  EXPECT_EQ(said_[1], "webhook ops works again");
}

TEST_F(WebhookTest, WhatTheServerDoesNotWantIsDropped) {
  serve();
  open();
  for (const int status : {400, 404, 410, 302}) {
    answer(status);
    const double before = dropped("refused");
    deliver(1);
    ASSERT_TRUE(wait_until([&] { return dropped("refused") == before + 1; })) << status;
  }
  EXPECT_EQ(received(), 4u) << "each once, and nobody follows a redirect";
  EXPECT_EQ(value("retries_total"), 0);
}

TEST_F(WebhookTest, AServerThatIsDownCostsABoundedQueue) {
  serve();
  const int port = server_->port();
  server_.reset();
  open();
  deliver(0);
  ASSERT_TRUE(wait_until([&] { return value("retries_total") >= 1; }));
  const auto capacity = core::limits::webhook_queue_capacity;
  for (uint64_t i = 1; i <= capacity + 10; ++i) deliver(i);
  EXPECT_EQ(dropped("full"), 10);
  EXPECT_EQ(value("waiting"), static_cast<double>(capacity));
  serve(port);
  ASSERT_TRUE(wait_until([&] { return value("sent_total") == static_cast<double>(capacity) + 1; }));
  const auto all = numbers();
  EXPECT_EQ(all.front(), 0u) << "it was on its way";
  EXPECT_EQ(all.at(1), 11u) << "the oldest ten made room";
}

TEST_F(WebhookTest, AnOldAlertIsWorthNothing) {
  options_.url = "http://127.0.0.1:1/";
  options_.age_max = 0s;
  open();
  deliver(1);
  ASSERT_TRUE(wait_until([&] { return dropped("too_old") == 1; }));
}

TEST_F(WebhookTest, TheTimeBehindOthersCounts) {
  serve();
  answer(503);
  answers_after_ = 1500ms;
  options_.age_max = 1s;
  open();
  deliver(1);
  deliver(2);
  ASSERT_TRUE(wait_until([&] { return dropped("too_old") == 2; }));
  EXPECT_THAT(numbers(), ElementsAre(1)) << "the other is not tried any more";
}

TEST_F(WebhookTest, EndsAtOnceWhileAServerIsSilent) {
  net::ServerOptions server;
  server.port = 0;
  server_ = net::make_http_server(server, context_.context());
  std::vector<net::ResponderPtr> held;
  std::atomic<bool> asked = false;
  server_->route("POST", "/hook", net::Scope::open, [&](const net::Request&, net::ResponderPtr to) {
    held.push_back(std::move(to));
    asked = true;
  });
  ASSERT_TRUE(server_->start());
  options_.url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/hook";
  options_.limit = 60s;
  open();
  deliver(1);
  ASSERT_TRUE(wait_until([&] { return asked.load(); }));
  const auto begin = std::chrono::steady_clock::now();
  webhook_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  server_.reset();
}

TEST_F(WebhookTest, OptionsAreChecked) {
  const auto problem = [](const std::string& url, const std::string& secret) {
    WebhookOptions options;
    options.url = url;
    options.secret = secret;
    const auto good = check_webhook(options);
    return good ? "" : good.error().message;
  };
  EXPECT_EQ(problem("https://host/path", "secret"), "");
  for (const char* wrong : {"", "ftp://host", "file:///etc/passwd", "http://", "http:///path"}) {
    EXPECT_THAT(problem(wrong, "secret"), HasSubstr("http:// or https:// and a host")) << wrong;
  }
  EXPECT_THAT(problem("http://host/a b", "secret"), HasSubstr("blanks"));
  EXPECT_THAT(problem("http://host", ""), HasSubstr("it needs 'secret'"));
  EXPECT_THAT(problem("http://host", "whsec_?"), HasSubstr("no base64"));
}

}  // namespace
}  // namespace fovea::site
