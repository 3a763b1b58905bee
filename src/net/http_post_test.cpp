#include <gmock/gmock.h>

#include <mutex>
#include <thread>

#include "net/http_client.h"
#include "net/server_fixture.h"

namespace fovea::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class PostTest : public ServerFixture {
 protected:
  // The answers that are held end before their server, which still runs.
  void TearDown() override {
    std::lock_guard lock(mutex_);
    held_.clear();
  }

  void serve() {
    make();
    server_->route("POST", "/hook", Scope::open,
                   [this](const Request& request, const ResponderPtr& responder) {
                     headers_ = request.headers;
                     body_ = request.body.text();
                     Response response;
                     response.status = status_;
                     if (status_ == 302) response.headers["location"] = "/hook";
                     response.body = core::Buffer(core::Bytes(answer_bytes_, 'a'));
                     responder->send(std::move(response));
                   });
    server_->route("POST", "/silent", Scope::open, [this](const Request&, ResponderPtr responder) {
      std::lock_guard lock(mutex_);
      held_.push_back(std::move(responder));
    });
    start();
  }
  std::string url(const std::string& path) const { return "http://" + host() + path; }

  int status_ = 200;
  size_t answer_bytes_ = 2;
  std::map<std::string, std::string> headers_;  // read when the answer is there
  std::string body_;
  std::mutex mutex_;  // guards held_
  std::vector<ResponderPtr> held_;
};

TEST_F(PostTest, SendsBodyAndHeadersAndTellsTheStatus) {
  serve();
  PostOptions options;
  options.headers = {{"content-type", "application/json"}, {"x-mine", "yes"}};
  for (const int status : {200, 204, 302, 404, 503}) {
    status_ = status;
    const auto answered = post(url("/hook"), R"({"a":1})", options);
    ASSERT_TRUE(answered) << answered.error().message;
    EXPECT_EQ(*answered, status);
    EXPECT_EQ(body_, R"({"a":1})");
    EXPECT_EQ(headers_.at("content-type"), "application/json");
    EXPECT_EQ(headers_.at("x-mine"), "yes");
    EXPECT_FALSE(headers_.contains("expect"));
  }
}

TEST_F(PostTest, DoesNotSwallowALargeAnswer) {
  serve();
  answer_bytes_ = 4u << 20;
  const auto answered = post(url("/hook"), "x", {});
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_EQ(*answered, 200);
}

TEST_F(PostTest, ErrorsSayWhatToDoAndHideSecrets) {
  serve();
  PostOptions options;
  options.limit = 500ms;
  const std::string silent = "http://user:secret@" + host() + "/silent?token=secret";
  const std::pair<std::string, core::Code> cases[] = {
      {silent, core::Code::timeout},
      {"http://user:secret@127.0.0.1:1/?token=secret", core::Code::io},
      {"ftp://user:secret@127.0.0.1/", core::Code::bad_input},
      {"file:///etc/passwd", core::Code::bad_input},
  };
  for (const auto& [address, code] : cases) {
    const auto failed = post(address, "x", options);
    ASSERT_FALSE(failed) << address;
    EXPECT_EQ(failed.error().code, code) << failed.error().message;
    EXPECT_THAT(failed.error().message, Not(HasSubstr("secret")));
  }
}

TEST_F(PostTest, StopsWhenItIsTold) {
  serve();
  std::stop_source stop;
  PostOptions options;
  options.limit = 60s;
  options.stop = stop.get_token();
  std::jthread stopper([&] {
    eventually([&] { return server_->port() > 0; });
    stop.request_stop();
  });
  const auto stopped = post(url("/silent"), "x", options);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, core::Code::closed);
  stopper.join();
}

}  // namespace
}  // namespace fovea::net
