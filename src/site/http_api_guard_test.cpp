#include <set>

#include "core/base64.h"
#include "core/json.h"
#include "site/http_api_guard_fixture.h"

namespace fovea::site {
namespace {

using core::Json;
using net::Scope;
using ::testing::HasSubstr;
using ::testing::Not;

class HttpApiGuardTest : public HttpApiGuardFixture {
 protected:
  static std::string url_of(std::string pattern) {
    for (const char* parameter : {"{id}", "{session}", "{file}"}) {
      const size_t at = pattern.find(parameter);
      if (at != std::string::npos) pattern.replace(at, std::string(parameter).size(), "cam1");
    }
    return pattern;
  }
  HttpAnswer call_route(const net::HttpServer::Route& route, const std::string& headers) {
    // A stream would not end: HEAD asks the same.
    const std::string method = route.pattern.ends_with(".mjpg") ? "HEAD" : route.method;
    return call(method, url_of(route.pattern), headers);
  }
};

TEST_F(HttpApiGuardTest, EveryRouteIsRefusedWithoutAndWithTooLittle) {
  start_guarded();
  run_until_result("cam1");
  std::set<std::string> open;
  for (const auto& route : api_->routes()) {
    const std::string name = route.method + " " + route.pattern;
    const int stranger = call_route(route, "").status;
    const int liar = call_route(route, "Authorization: Bearer fovea_wrong\r\n").status;
    if (route.scope == Scope::open) {
      open.insert(name);
      EXPECT_NE(stranger, 403) << name;
      EXPECT_TRUE(stranger != 401 || route.method == "POST") << name;
      continue;
    }
    EXPECT_EQ(stranger, 401) << name;
    EXPECT_EQ(liar, 401) << name;
    for (const auto& [scope, token] : tokens_) {
      const int status = call_route(route, bearer(scope)).status;
      if (scope < route.scope) {
        EXPECT_EQ(status, 403) << name << " with " << net::to_string(scope);
      } else {
        EXPECT_NE(status, 401) << name << " with " << net::to_string(scope);
        EXPECT_NE(status, 403) << name << " with " << net::to_string(scope);
      }
    }
  }
  // A new route is closed, or it is named here.
  EXPECT_EQ(open, (std::set<std::string>{"GET /healthz", "GET /readyz", "GET /signin",
                                         "GET /signin/{file}", "GET /fovea.svg",
                                         "POST /api/v1/session", "POST /api/v1/setup"}));
}

TEST_F(HttpApiGuardTest, TheDescriptionSaysWhatEachRouteAsks) {
  start_guarded();
  const Json document = get("/api/v1/openapi.json", bearer(Scope::view)).json();
  for (const auto& route : api_->routes()) {
    std::string method = route.method;
    for (char& c : method) c = char(std::tolower(c));
    const Json& operation = document["paths"][route.pattern][method];
    ASSERT_TRUE(operation.contains("security")) << method << " " << route.pattern;
    const Json scopes = Json::array({net::to_string(route.scope)});
    const Json wanted = route.scope == Scope::open
                            ? Json::array()
                            : Json::array({{{"session", scopes}}, {{"token", scopes}}});
    EXPECT_EQ(operation["security"], wanted) << method << " " << route.pattern;
  }
}

TEST_F(HttpApiGuardTest, UnknownPathsAndThePageAreClosedToo) {
  start_guarded();
  for (const char* path : {"/", "/index.html", "/system", "/d/cam1", "/nothing", "/api/v1/nothing",
                           "/assets/index.js", "/signin/../index.html", "/signin.html"}) {
    const auto answer = get(path);
    EXPECT_TRUE(answer.status == 401 || answer.status == 400) << path << " " << answer.status;
  }
  EXPECT_THAT(get("/a%26b%23", "Accept: text/html\r\n").head, HasSubstr("next=/a%26b%23\r\n"));
  const auto page = get("/d/cam1", "Accept: text/html\r\n");
  EXPECT_EQ(page.status, 303);
  EXPECT_THAT(page.head, HasSubstr("location: /signin?next=/d/cam1\r\n"));
}

TEST_F(HttpApiGuardTest, ProbesTellStrangersNothing) {
  start_guarded();
  EXPECT_EQ(get("/readyz").json().size(), 1u) << get("/readyz").body;
  EXPECT_TRUE(get("/readyz", bearer(Scope::view)).json().contains("checks"));
  EXPECT_EQ(get("/healthz").body, R"({"status":"ok"})");
}

TEST_F(HttpApiGuardTest, ASessionReadsAndChangesWithItsHeaderOnly) {
  start_guarded();
  run_until_result("cam1");
  const std::string cookie = session("operate");
  EXPECT_EQ(get("/api/v1/devices", cookie).status, 200);
  const Json who = get("/api/v1/session", cookie).json();
  EXPECT_EQ(who["kind"], "session");
  EXPECT_EQ(who["name"], "operate");
  EXPECT_EQ(who["scope"], "operate");
  const auto change = [&](const std::string& headers) {
    return call("PATCH", "/api/v1/devices/cam1", "Content-Type: application/json\r\n" + headers,
                R"({"weight":2})")
        .status;
  };
  EXPECT_EQ(change(cookie), 403) << "a foreign page could send this";
  EXPECT_EQ(change(cookie + "X-Fovea-Csrf: wrong\r\n"), 403);
  EXPECT_EQ(change(cookie + csrf(session("operate"))), 403) << "of another session";
  EXPECT_EQ(change(cookie + csrf(cookie)), 200);
  EXPECT_EQ(change(bearer(Scope::operate)), 200) << "a token travels with no cookie";
}

TEST_F(HttpApiGuardTest, TheCookieIsOutOfReachOfScripts) {
  start_guarded();
  const auto answer = sign_in("view", password);
  EXPECT_THAT(answer.head, HasSubstr("; HttpOnly; SameSite=Strict; "));
  EXPECT_THAT(answer.head, Not(HasSubstr("Secure"))) << "plain HTTP in this test";
  EXPECT_THAT(answer.body, Not(HasSubstr("fovea_")));
}

TEST_F(HttpApiGuardTest, WrongPasswordsAreRefusedAlikeAndLimited) {
  start_guarded();
  const auto wrong = sign_in("view", "not this one");
  const auto nobody = sign_in("nobody", "not this one");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(wrong.body, nobody.body);
  int tries = 0;
  HttpAnswer answer;
  do {
    answer = sign_in("view", "not this one");
  } while (answer.status == 401 && ++tries < 50);
  EXPECT_EQ(answer.status, 429) << tries;
  EXPECT_THAT(answer.head, HasSubstr("retry-after: "));
  EXPECT_EQ(sign_in("view", password).status, 429) << "the right one, too, has to wait";
}

TEST_F(HttpApiGuardTest, SignedOutIsSignedOut) {
  start_guarded();
  const std::string cookie = session("view");
  const std::string other = session("view");
  net::WebSocketClientOptions options;
  options.headers["Cookie"] = cookie.substr(8, cookie.size() - 10);
  auto client = watch(options);
  ASSERT_NE(client, nullptr);
  const auto out = call("DELETE", "/api/v1/session", cookie + csrf(cookie));
  EXPECT_EQ(out.status, 204);
  EXPECT_THAT(out.head, HasSubstr("Max-Age=0"));
  EXPECT_EQ(get("/api/v1/devices", cookie).status, 401);
  EXPECT_EQ(get("/api/v1/devices", other).status, 200);
  while (client->receive(std::chrono::seconds(20))) {
  }
  EXPECT_EQ(client->close_code(), 4401);
}

TEST_F(HttpApiGuardTest, SessionsAreSeenAndEndedByTheirOwnersAndAdmins) {
  start_guarded();
  const std::string view = session("view");
  const std::string admin = session("admin");
  const auto list = [&](const std::string& headers) {
    return get("/api/v1/sessions", headers).json()["sessions"];
  };
  ASSERT_EQ(list(view).size(), 1u);
  EXPECT_EQ(list(view)[0]["own"], true);
  EXPECT_EQ(list(admin).size(), 2u);
  EXPECT_EQ(list(bearer(Scope::view)).size(), 0u) << "the token 'view' is not the user 'view'";
  std::map<std::string, std::string> ids;
  for (const auto& one : list(admin)) {
    ids[*one["user"].text()] = *one["id"].text();
  }
  const auto end = [&](const std::string& user, const std::string& headers) {
    return call("DELETE", "/api/v1/sessions/" + ids[user], headers).status;
  };
  EXPECT_EQ(end("admin", view + csrf(view)), 404);
  EXPECT_EQ(end("view", bearer(Scope::view)), 404);
  EXPECT_EQ(end("view", admin + csrf(admin)), 204);
  EXPECT_EQ(get("/api/v1/devices", view).status, 401);
}

TEST_F(HttpApiGuardTest, TheSetupLinkWorksOnce) {
  start_guarded(false);
  const std::string secret = service_->setup_secret();
  ASSERT_FALSE(secret.empty());
  const auto set_up = [&](const std::string& with, const std::string& user,
                          const std::string& word) {
    return call("POST", "/api/v1/setup", "Content-Type: application/json\r\n",
                Json{{"secret", with}, {"user", user}, {"password", word}}.dump())
        .status;
  };
  EXPECT_EQ(set_up("fovea_wrong", "anna", password), 403);
  EXPECT_EQ(set_up(secret, "anna", "short"), 400);
  EXPECT_EQ(set_up(secret, "an na", password), 400);
  EXPECT_EQ(set_up(secret, "anna", password), 204);
  EXPECT_EQ(set_up(secret, "berta", password), 403);
  EXPECT_TRUE(service_->setup_secret().empty());
  EXPECT_EQ(service_->accounts().users().at(0).scope, Scope::admin);
}

TEST_F(HttpApiGuardTest, TheSetupLinkStaysVoidWhenTheFirstUserIsGone) {
  start_guarded(false);
  ASSERT_FALSE(service_->setup_secret().empty());
  ASSERT_TRUE(service_->accounts().add_user("anna", Scope::admin, "a hash"));
  ASSERT_TRUE(testing::wait_until([&] { return service_->setup_secret().empty(); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));  // it looks each second
  ASSERT_TRUE(service_->accounts().remove_user("anna"));
  EXPECT_TRUE(service_->setup_secret().empty());
}

TEST_F(HttpApiGuardTest, OnlyAdminsSeeTheLogAndWhoLooks) {
  start_guarded();
  run_until_result("cam1");
  testing::RawSocket stream(api_->port());
  stream.send("GET /devices/cam1/video.mjpg HTTP/1.1\r\nHost: " + host() + "\r\n" +
              bearer(Scope::view) + "\r\n");
  ASSERT_TRUE(stream.receive_until("--fovea"));
  const auto seen_by = [&](Scope scope) { return get("/api/v1/system", bearer(scope)).json(); };
  for (const Scope scope : {Scope::view, Scope::operate}) {
    EXPECT_THAT(seen_by(scope)["log"], ::testing::IsEmpty());
    EXPECT_EQ(seen_by(scope)["viewers"][0]["peer"], "");
  }
  EXPECT_THAT(seen_by(Scope::admin)["viewers"][0]["peer"].get<std::string>(),
              HasSubstr("127.0.0.1"));
}

TEST_F(HttpApiGuardTest, OnlyJsonSignsIn) {
  start_guarded();
  EXPECT_EQ(call("POST", "/api/v1/session", "Content-Type: text/plain\r\n",
                 R"({"user":"view","password":"correct horse"})")
                .status,
            415);
  for (const char* body : {"", "[]", R"({"user":"view"})", R"({"user":1,"password":"x"})",
                           R"({"user":"view","password":"x","more":1})"}) {
    EXPECT_EQ(call("POST", "/api/v1/session", "Content-Type: application/json\r\n", body).status,
              400)
        << body;
  }
}

// What a body is read into takes many times its size, on threads that serve others as well.
TEST_F(HttpApiGuardTest, EveryBodyIsBounded) {
  start_guarded();
  run_until_result("cam1");
  for (const auto& route : api_->routes()) {
    if (route.method == "GET" || route.method == "DELETE") continue;
    const size_t bytes_max = route.pattern.starts_with("/api/v1/rules/") ? 64u << 10 : 8u << 10;
    for (const size_t bytes : {bytes_max, bytes_max + 1}) {
      testing::RawSocket socket(api_->port());
      socket.send(
          fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n"
                      "Content-Type: application/json\r\nContent-Length: {}\r\n{}\r\n{}",
                      route.method, url_of(route.pattern), host(), bytes, bearer(Scope::admin),
                      std::string(bytes, ' ')));
      ASSERT_TRUE(socket.receive_all()) << route.pattern;
      const bool refused = socket.received().starts_with("HTTP/1.1 413 ");
      EXPECT_EQ(refused, bytes > bytes_max) << route.method << " " << route.pattern;
    }
  }
}

TEST_F(HttpApiGuardTest, ProgramsMaySendATokenByBasic) {
  start_guarded();
  const auto asked = get("/metrics");
  EXPECT_THAT(asked.head, HasSubstr("Basic realm="));
  EXPECT_THAT(get("/metrics", "Sec-Fetch-Mode: cors\r\n").head, Not(HasSubstr("Basic")))
      << "a browser would ask by itself";
  const auto status = [&](const std::string& path, const std::string& name_and_token) {
    const auto basic = "Authorization: Basic " + core::base64_encode(name_and_token) + "\r\n";
    return get(path, basic).status;
  };
  const std::string& token = tokens_.at(Scope::view);
  EXPECT_EQ(status("/metrics", "anybody:" + token), 200) << "the name does not matter";
  EXPECT_EQ(status("/metrics", ":" + token), 200);
  EXPECT_EQ(status("/api/v1/users", "anybody:" + token), 403) << "it may what the token may";
  EXPECT_EQ(status("/metrics", "anybody:" + token + "x"), 401);
  EXPECT_EQ(status("/metrics", token), 401) << "no password at all";
  EXPECT_EQ(status("/metrics", std::string("view:") + password), 401)
      << "passwords are for the sign-in page, which counts attempts";
}

TEST_F(HttpApiGuardTest, APageOfAnotherServiceOnThisMachineIsForeign) {
  start_guarded();
  const std::string cookie = session("view");
  const auto from = [&](const std::string& origin) {
    return get("/api/v1/devices", cookie + "Origin: " + origin + "\r\n").status;
  };
  EXPECT_EQ(from("http://" + host()), 200);
  EXPECT_EQ(from("http://127.0.0.1:1"), 403) << "another port has the same cookies";
  EXPECT_EQ(from("https://" + host()), 403);
  net::WebSocketClientOptions options;
  options.headers = {{"Cookie", cookie.substr(8, cookie.size() - 10)},
                     {"Origin", "http://localhost:1"}};
  EXPECT_FALSE(net::connect_websocket("ws://" + host() + "/api/v1/live", options));
}

TEST_F(HttpApiGuardTest, ALoopbackListenerAsksNobody) {
  start();
  EXPECT_EQ(get("/api/v1/devices").status, 200);
  const Json who = get("/api/v1/session").json();
  EXPECT_EQ(who["kind"], "local");
  EXPECT_EQ(who["scope"], "admin");
  EXPECT_EQ(sign_in("view", password).status, 409);
  EXPECT_EQ(get("/api/v1/sessions").json()["sessions"].size(), 0u);
}

}  // namespace
}  // namespace fovea::site
