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
  ServiceTest() {
    auto opened = Service::open({"plant", ":memory:", false}, context_.context());
    EXPECT_TRUE(opened) << opened.error().message;
    service_ = *std::move(opened);
  }
  ~ServiceTest() override { let_go(); }

  // A slow job, as a password's hash is one: it lasts until let_go().
  std::shared_ptr<Answer> hold() {
    auto answer = std::make_shared<Answer>();
    service_->later(
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
    net::Request request;
    request.peer = "10.0.0." + std::to_string(++people_) + ":5";
    auto answer = std::make_shared<Answer>();
    service_->sign_in(request, user, password, answer);
    return answer;
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
  ASSERT_TRUE(
      service_->accounts().add_user("anna", net::Scope::view, *hash_password("correct horse")));
  const auto held = hold();
  const auto anna = sign_in("anna", "correct horse");
  std::vector<std::shared_ptr<Answer>> waiting;
  for (size_t i = 1; i < waiting_max; ++i) {
    waiting.push_back(std::make_shared<Answer>());
    service_->later([] { return net::Response(); }, waiting.back());
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

}  // namespace
}  // namespace fovea::auth
