#include "auth/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "auth/password.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::auth {
namespace {

using testing::wait_until;

constexpr size_t waiting_max = 32;

// Keeps the answer.
class Answer final : public net::Responder {
 public:
  void send(net::Response response) override {
    std::lock_guard lock(mutex_);
    EXPECT_FALSE(response_) << "exactly once";
    response_ = std::move(response);
  }
  std::shared_ptr<net::BodyStream> stream(net::Response /*response*/) override {
    ADD_FAILURE() << "nothing streams here";
    return nullptr;
  }
  std::optional<net::Response> response() const {
    std::lock_guard lock(mutex_);
    return response_;
  }
  int status() const { return response().value_or(net::Response{0, {}, {}, {}}).status; }

 private:
  mutable std::mutex mutex_;  // guards response_
  std::optional<net::Response> response_;
};

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() { open(false); }
  void open(bool tls) {
    auto opened = Service::open({"plant", ":memory:", tls}, context_.context());
    ASSERT_TRUE(opened) << opened.error().message;
    service_ = *std::move(opened);
  }
  ~ServiceTest() override { let_go(); }

  // A slow job, as a password's hash is one: it lasts until let_go().
  std::shared_ptr<Answer> hold() {
    auto answer = std::make_shared<Answer>();
    service_->later(
        {},
        [this] {
          held_ = true;
          go_.get_future().wait();
          return net::Response();
        },
        answer);
    EXPECT_TRUE(wait_until([this] { return held_.load(); }));
    return answer;
  }
  void let_go() {
    if (!std::exchange(gone_, true)) go_.set_value();
  }

  // Everybody from an address of their own and with a name of their own, so that nobody has tried
  // too often.
  std::shared_ptr<Answer> sign_in(const std::string& user, const std::string& password) {
    return sign_in_from("10.0.0." + std::to_string(++people_), user, password);
  }
  std::shared_ptr<Answer> sign_in_from(const std::string& network, const std::string& user,
                                       const std::string& password) {
    auto answer = std::make_shared<Answer>();
    service_->sign_in(request_from(network), user, password, answer);
    return answer;
  }
  static net::Request request_from(const std::string& network) {
    net::Request request;
    request.peer = network + ":5";
    request.network = network;
    return request;
  }
  // The status, when the slow thread has got there.
  static int status_of(const std::shared_ptr<Answer>& answer) {
    EXPECT_TRUE(wait_until([&] { return answer->status() != 0; }));
    return answer->status();
  }
  void add_anna() {
    ASSERT_TRUE(
        service_->accounts().add_user("anna", net::Scope::view, *hash_password("correct horse")));
  }
  // The `name=value` of a Set-Cookie.
  static std::string cookie_of(const std::shared_ptr<Answer>& answer) {
    const std::string all = answer->response()->headers.at("set-cookie");
    return all.substr(0, all.find(';'));
  }
  net::Identity::Kind seen_with(const std::string& header, const std::string& value, bool https) {
    net::Request request = request_from("10.0.0.1");
    request.method = "GET";
    request.https = https;
    request.headers[header] = value;
    return service_->admit(request, net::Scope::view).identity.kind;
  }

  testing::TestContext context_;
  std::atomic<bool> held_ = false;
  std::atomic<int> running_ = 0;
  std::vector<size_t> order_;  // in which jobs ran
  std::promise<void> go_;
  bool gone_ = false;
  int people_ = 0;
  std::unique_ptr<Service> service_;  // last: its thread uses the rest
};

TEST_F(ServiceTest, WhoSignsInWhileTooManyWaitIsAskedToComeAgain) {
  add_anna();
  const auto held = hold();
  const auto anna = sign_in("anna", "correct horse");
  std::vector<std::shared_ptr<Answer>> waiting;
  for (size_t i = 1; i < waiting_max; ++i) {
    waiting.push_back(std::make_shared<Answer>());
    service_->later(
        request_from("10.0.1." + std::to_string(i)), [] { return net::Response(); },
        waiting.back());
  }
  EXPECT_EQ(context_.value("fovea_sign_ins_total"), 0) << "all of them have a place";

  for (const char* user : {"anna", "nobody"}) {
    const auto late = sign_in(user, "correct horse");
    ASSERT_EQ(late->status(), 503) << "at once: the thread is held";
    EXPECT_EQ(late->response()->headers.at("retry-after"), "2");
    EXPECT_THAT(late->response()->body.text(), ::testing::HasSubstr("too many are signing in"));
  }
  EXPECT_EQ(context_.value("fovea_sign_ins_total", {{"outcome", "busy"}}), 2);
  EXPECT_EQ(anna->status(), 0) << "waits";

  let_go();
  ASSERT_TRUE(wait_until([&] { return waiting.back()->status() == 200; }));
  EXPECT_EQ(held->status(), 200);
  EXPECT_EQ(anna->status(), 204);
  for (const auto& answer : waiting) EXPECT_EQ(answer->status(), 200) << "nobody's place was taken";
  const auto again = sign_in("anna", "correct horse");
  EXPECT_TRUE(wait_until([&] { return again->status() == 204; })) << "there is room again";
}

TEST_F(ServiceTest, SlowJobsRunOneAtATimeInTheirOrder) {
  const auto held = hold();
  std::vector<std::shared_ptr<Answer>> answers;
  for (size_t i = 0; i < waiting_max; ++i) {
    answers.push_back(std::make_shared<Answer>());
    service_->later(
        {},
        [this, i] {
          EXPECT_EQ(++running_, 1);
          order_.push_back(i);
          --running_;
          return net::Response();
        },
        answers.back());
  }
  let_go();
  ASSERT_TRUE(wait_until([&] { return answers.back()->status() == 200; }));
  ASSERT_EQ(order_.size(), waiting_max);
  EXPECT_TRUE(std::ranges::is_sorted(order_));
}

// 32 passwords that wait made everybody else wait for a 503.
TEST_F(ServiceTest, OneNetworkDoesNotFillTheQueue) {
  add_anna();
  const auto held = hold();
  std::vector<std::shared_ptr<Answer>> flood;
  for (size_t i = 0; i < waiting_max; ++i) {
    flood.push_back(std::make_shared<Answer>());
    service_->later(
        request_from("10.0.9.9"), [] { return net::Response(); }, flood.back());
  }
  const auto anna = sign_in("anna", "correct horse");
  EXPECT_EQ(anna->status(), 0) << "waits";
  EXPECT_EQ(flood.back()->status(), 503) << "made room";
  let_go();
  EXPECT_EQ(status_of(anna), 204);
  EXPECT_EQ(status_of(flood.front()), 200);
  EXPECT_EQ(context_.value("fovea_sign_ins_total", {{"outcome", "busy"}}), 1);
}

// One wrong password each 10 seconds kept anna out for good.
TEST_F(ServiceTest, WrongPasswordsFromElsewhereKeepNobodyOut) {
  add_anna();
  int tries = 0;
  while (status_of(sign_in_from("10.0.9.9", "anna", "wrong")) == 401 && ++tries < 50) {
  }
  EXPECT_EQ(tries, 10);
  EXPECT_EQ(status_of(sign_in_from("10.0.9.9", "anna", "correct horse")), 429);
  EXPECT_EQ(status_of(sign_in_from("10.0.0.7", "anna", "correct horse")), 204);
}

TEST_F(ServiceTest, GuessingFromManyNetworksIsSlowAndSparesWhereTheUserIsSignedIn) {
  add_anna();
  const auto held = hold();
  ASSERT_TRUE(service_->accounts().open_session("anna", "10.0.0.7:5", "a browser"));
  int limited = 0;
  for (int i = 0; i < 90; ++i) {  // they wait for the thread, or are refused at once
    const auto guess = sign_in_from("10.1.0." + std::to_string(i), "anna", "wrong");
    if (guess->status() == 429) ++limited;
  }
  EXPECT_GE(limited, 25);
  EXPECT_EQ(sign_in_from("10.2.0.1", "anna", "correct horse")->status(), 429);
  const auto own = sign_in_from("10.0.0.7", "anna", "correct horse");
  EXPECT_NE(own->status(), 429) << "anna has a session there";
  let_go();
}

TEST_F(ServiceTest, TheCookieIsAHostCookieWhereTheBrowserCameByHttps) {
  add_anna();
  const auto plain = sign_in("anna", "correct horse");
  ASSERT_EQ(status_of(plain), 204);
  EXPECT_THAT(cookie_of(plain), ::testing::StartsWith("fovea-plant=fovea_"));
  net::Request request = request_from("10.0.0.9");
  request.https = true;
  const auto secure = std::make_shared<Answer>();
  service_->sign_in(request, "anna", "correct horse", secure);
  ASSERT_EQ(status_of(secure), 204);
  EXPECT_THAT(cookie_of(secure), ::testing::StartsWith("__Host-fovea-plant=fovea_"));
  EXPECT_THAT(secure->response()->headers.at("set-cookie"), ::testing::HasSubstr("; Secure"));

  using Kind = net::Identity::Kind;
  EXPECT_EQ(seen_with("cookie", cookie_of(secure), true), Kind::session);
  EXPECT_EQ(seen_with("cookie", cookie_of(plain), false), Kind::session);
  EXPECT_EQ(seen_with("cookie", cookie_of(plain), true), Kind::session)
      << "an older version's, behind a proxy that speaks TLS";
  EXPECT_EQ(seen_with("cookie", cookie_of(plain) + "x; " + cookie_of(secure), true), Kind::session);
}

TEST_F(ServiceTest, AListenerWithTlsTakesNoCookieThatAnotherServiceCouldSet) {
  open(true);
  add_anna();
  const auto plain = "fovea-plant=" + *service_->accounts().open_session("anna", "p", "a");
  EXPECT_EQ(seen_with("cookie", plain, true), net::Identity::Kind::nobody);
  EXPECT_EQ(seen_with("cookie", "__Host-" + plain, true), net::Identity::Kind::session);
}

TEST_F(ServiceTest, AnExpiredTokenIsToldSo) {
  const auto secret =
      service_->accounts().add_token("probe", net::Scope::view, std::chrono::seconds(0));
  ASSERT_TRUE(secret);
  net::Request request = request_from("10.0.0.1");
  request.method = "GET";
  request.path = "/metrics";
  request.headers["authorization"] = "Bearer " + *secret;
  const auto refusal = service_->admit(request, net::Scope::view).refusal;
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 401);
  EXPECT_THAT(refusal->body.text(), ::testing::HasSubstr("the token 'probe' has expired at 2"));
}

}  // namespace
}  // namespace fovea::auth
