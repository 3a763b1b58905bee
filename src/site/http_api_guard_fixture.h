#pragma once

#include <map>
#include <memory>
#include <string>

#include "auth/password.h"
#include "auth/service.h"
#include "core/json.h"
#include "site/http_api_fixture.h"

namespace fovea::site {

// The API of a listener that asks people to sign in, with a user and a token of each scope.
class HttpApiGuardFixture : public HttpApiFixture {
 public:
  ~HttpApiGuardFixture() override { stop(); }  // before the service

 protected:
  void start_guarded(bool with_users = true) {
    auto service = auth::Service::open({"plant", ":memory:", false}, context_.context());
    ASSERT_TRUE(service) << service.error().message;
    service_ = *std::move(service);
    if (with_users) {
      const auto hash = auth::hash_password(password);
      for (const net::Scope scope : {net::Scope::view, net::Scope::operate, net::Scope::admin}) {
        const std::string name = net::to_string(scope);
        ASSERT_TRUE(service_->accounts().add_user(name, scope, *hash));
        tokens_[scope] = *service_->accounts().add_token(name, scope);
      }
    }
    api_options_.auth = service_.get();
    start();
  }
  std::string bearer(net::Scope scope) const {
    return "Authorization: Bearer " + tokens_.at(scope) + "\r\n";
  }
  static constexpr const char* password = "correct horse";

  HttpAnswer sign_in(const std::string& user, const std::string& with) {
    return call("POST", "/api/v1/session", "Content-Type: application/json\r\n",
                core::Json{{"user", user}, {"password", with}}.dump());
  }
  // The Cookie header of a new session.
  std::string session(const std::string& user) {
    const auto answer = sign_in(user, password);
    EXPECT_EQ(answer.status, 204) << answer.body;
    const size_t start = answer.head.find("set-cookie: fovea-plant=");
    EXPECT_NE(start, std::string::npos) << answer.head;
    const size_t value = start + std::string("set-cookie: ").size();
    return "Cookie: " + answer.head.substr(value, answer.head.find(';', value) - value) + "\r\n";
  }
  std::string csrf(const std::string& cookie) {
    return "X-Fovea-Csrf: " + get("/api/v1/session", cookie).json()["csrf"].get<std::string>() +
           "\r\n";
  }

  std::unique_ptr<auth::Service> service_;
  std::map<net::Scope, std::string> tokens_;
};

}  // namespace fovea::site
