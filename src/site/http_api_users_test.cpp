#include <atomic>

#include "core/json.h"
#include "site/http_api_guard_fixture.h"
#include "site/openapi_schema.h"

namespace fovea::site {
namespace {

using core::Json;
using net::Scope;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* new_password = "battery staple";

class HttpApiUsersTest : public HttpApiGuardFixture {
 protected:
  HttpAnswer send(const char* method, const std::string& path, const std::string& headers,
                  const Json& body) {
    return call(method, path, "Content-Type: application/json\r\n" + headers, body.dump());
  }
  HttpAnswer add(const Json& body) {
    return send("POST", "/api/v1/users", bearer(Scope::admin), body);
  }
  std::string signed_in(const std::string& user) {
    const std::string cookie = session(user);
    return cookie + csrf(cookie);
  }
  std::string complaint(const char* schema, const Json& value) {
    const Json document = get("/api/v1/openapi.json", bearer(Scope::view)).json();
    return SchemaCheck(document).complaint(document["components"]["schemas"][schema], value);
  }
};

TEST_F(HttpApiUsersTest, AUserIsAddedListedChangedAndRemoved) {
  start_guarded();
  const auto added = add({{"name", "wall"}, {"password", new_password}, {"scope", "view"}});
  EXPECT_EQ(added.status, 201) << added.body;
  EXPECT_THAT(complaint("User", added.json()), IsEmpty());
  EXPECT_EQ(sign_in("wall", new_password).status, 204);
  const auto list = get("/api/v1/users", bearer(Scope::admin));
  EXPECT_THAT(complaint("Users", list.json()), IsEmpty());
  EXPECT_EQ(list.json()["users"].size(), 4u);
  EXPECT_THAT(list.body, ::testing::Not(HasSubstr("argon2"))) << "no hash leaves the site";
  const auto changed =
      send("PATCH", "/api/v1/users/wall", bearer(Scope::admin), {{"scope", "operate"}});
  EXPECT_EQ(changed.json()["scope"], "operate") << changed.body;
  EXPECT_EQ(call("DELETE", "/api/v1/users/wall", bearer(Scope::admin)).status, 204);
  EXPECT_EQ(call("DELETE", "/api/v1/users/wall", bearer(Scope::admin)).status, 404);
  EXPECT_EQ(sign_in("wall", new_password).status, 401);
}

TEST_F(HttpApiUsersTest, WhatIsNoUserIsRefused) {
  start_guarded();
  const Json good = {{"name", "wall"}, {"password", new_password}, {"scope", "view"}};
  const auto with = [&](const char* key, const Json& value) {
    Json body = good;
    body[key] = value;
    return add(body).status;
  };
  EXPECT_EQ(with("name", "a b"), 400);
  EXPECT_EQ(with("name", 1), 400);
  EXPECT_EQ(with("password", "short"), 400);
  EXPECT_EQ(with("scope", "god"), 400);
  EXPECT_EQ(with("more", "x"), 400);
  EXPECT_EQ(with("name", "view"), 409) << "there is one";
  for (const char* body : {"", "[]", "{}", R"({"name":"wall"})"}) {
    EXPECT_EQ(call("POST", "/api/v1/users",
                   "Content-Type: application/json\r\n" + bearer(Scope::admin), body)
                  .status,
              400)
        << body;
  }
  const auto change = [&](const Json& body) {
    return send("PATCH", "/api/v1/users/view", bearer(Scope::admin), body).status;
  };
  EXPECT_EQ(change(Json::object()), 400);
  EXPECT_EQ(change({{"password", "short"}}), 400);
  EXPECT_EQ(change({{"scope", "god"}}), 400);
  EXPECT_EQ(send("PATCH", "/api/v1/users/nobody", bearer(Scope::admin), {{"scope", "view"}}).status,
            404);
}

TEST_F(HttpApiUsersTest, NobodyTakesTheirOwnRightsAway) {
  start_guarded();
  const std::string admin = signed_in("admin");
  EXPECT_EQ(call("DELETE", "/api/v1/users/admin", admin).status, 409);
  EXPECT_EQ(send("PATCH", "/api/v1/users/admin", admin, {{"scope", "view"}}).status, 409);
  EXPECT_EQ(send("PATCH", "/api/v1/users/view", admin, {{"scope", "admin"}}).status, 200);
}

TEST_F(HttpApiUsersTest, ANewPasswordEndsTheOldSessions) {
  start_guarded();
  const std::string view = session("view");
  EXPECT_EQ(send("PATCH", "/api/v1/users/view", bearer(Scope::admin), {{"password", new_password}})
                .status,
            200);
  EXPECT_EQ(get("/api/v1/devices", view).status, 401);
  EXPECT_EQ(sign_in("view", password).status, 401);
  EXPECT_EQ(sign_in("view", new_password).status, 204);
}

TEST_F(HttpApiUsersTest, EverybodyChangesTheirOwnPassword) {
  start_guarded();
  const std::string other = session("view");
  const std::string own = signed_in("view");
  const auto change = [&](const char* present, const char* wanted) {
    return send("PUT", "/api/v1/session/password", own, {{"present", present}, {"wanted", wanted}})
        .status;
  };
  EXPECT_EQ(change("not this one", new_password), 403);
  EXPECT_EQ(change(password, "short"), 400);
  EXPECT_EQ(change(password, new_password), 204);
  EXPECT_EQ(get("/api/v1/devices", own).status, 200) << "this session stays";
  EXPECT_EQ(get("/api/v1/devices", other).status, 401) << "the others end";
  EXPECT_EQ(sign_in("view", new_password).status, 204);
  EXPECT_EQ(send("PUT", "/api/v1/session/password", bearer(Scope::view),
                 {{"present", password}, {"wanted", new_password}})
                .status,
            409)
      << "a token has none";
  int tries = 0;
  while (change("not this one", new_password) == 403 && ++tries < 50) {
  }
  EXPECT_EQ(change("not this one", new_password), 429) << "guessing is slow here, too";
}

// Half a million brackets ended the whole site once: a copy of them recursed.
TEST_F(HttpApiUsersTest, BracketsWithoutEndAreRefusedByEveryBody) {
  start_guarded();
  const std::string admin = "Content-Type: application/json\r\n" + signed_in("admin");
  constexpr size_t depth = 400'000;
  const std::string brackets = std::string(depth, '[') + std::string(depth, ']');
  const std::string body =
      R"({"present":)" + brackets.substr(depth / 2, depth) + R"(,"wanted":"x"})";
  const std::pair<const char*, const char*> routes[] = {
      {"PUT", "/api/v1/session/password"}, {"POST", "/api/v1/session"},
      {"POST", "/api/v1/users"},           {"PATCH", "/api/v1/users/view"},
      {"PATCH", "/api/v1/devices/hall"},   {"PUT", "/api/v1/rules/r"},
      {"POST", "/api/v1/cameras"},         {"POST", "/api/v1/cameras/probe"}};
  for (const auto& [method, path] : routes) {
    for (const std::string& deep : {body, brackets, std::string(depth, '[')}) {
      EXPECT_THAT(call(method, path, admin, deep).status,
                  ::testing::AllOf(::testing::Ge(400), ::testing::Le(422)))
          << method << " " << path;
    }
  }
  EXPECT_EQ(get("/api/v1/devices", admin).status, 200) << "the site is still there";
}

TEST_F(HttpApiUsersTest, WhereNobodySignsInThereAreNone) {
  start();
  EXPECT_EQ(get("/api/v1/users").json()["users"].size(), 0u);
  const Json user = {{"name", "wall"}, {"password", new_password}, {"scope", "view"}};
  EXPECT_EQ(send("POST", "/api/v1/users", "", user).status, 409);
}

TEST(FirstUser, IsNoticedHoweverItWasMade) {
  testing::TestContext context;
  std::atomic<int> told = 0;
  auth::ServiceOptions options;
  options.database = ":memory:";
  options.on_first_user = [&] { ++told; };
  const auto service = auth::Service::open(options, context.context());
  ASSERT_TRUE(service) << service.error().message;
  EXPECT_EQ(told, 0);
  const auto hash = auth::hash_password(new_password);
  ASSERT_TRUE((*service)->accounts().add_user("anna", Scope::admin, *hash));  // as another process
  EXPECT_TRUE(testing::wait_until([&] { return told == 1; }));
}

}  // namespace
}  // namespace fovea::site
