#include "site/http_api_accounts.h"

#include <algorithm>

#include "core/json.h"
#include "site/http_api_json.h"
#include "site/http_api_patch.h"
#include "site/sign_in_body.h"

namespace fovea::site {

using core::Json;
using net::Identity;
using net::problem;
using net::Request;
using net::ResponderPtr;
using net::Response;
using net::Scope;

namespace {

Response nobody_signs_in() {
  return problem(409, "Nobody signs in here", "this listener asks nobody to sign in");
}

const char* kind_name(Identity::Kind kind) {
  switch (kind) {
    case Identity::Kind::nobody: return "nobody";
    case Identity::Kind::local: return "local";
    case Identity::Kind::session: return "session";
    case Identity::Kind::token: return "token";
  }
  return "nobody";
}

// JSON only: a form of another page cannot send that.
bool takes(const Request& request, const ResponderPtr& responder) {
  if (is_json_request(request)) return true;
  responder->send(json_needed());
  return false;
}

}  // namespace

AccountRoutes::AccountRoutes(net::HttpServer& server, auth::Service* service) : service_(service) {
  const auto add = [&](const char* method, const char* pattern, Scope scope, auto handler) {
    server.route(method, pattern, scope,
                 [this, handler](const Request& request, ResponderPtr responder) {
                   (this->*handler)(request, std::move(responder));
                 });
  };
  const auto get = [&](const char* pattern, auto answer) {
    server.route("GET", pattern, Scope::view,
                 [this, answer](const Request& request, const ResponderPtr& responder) {
                   responder->send((this->*answer)(request));
                 });
  };
  add("POST", "/api/v1/session", Scope::open, &AccountRoutes::sign_in);
  add("POST", "/api/v1/setup", Scope::open, &AccountRoutes::set_up);
  get("/api/v1/session", &AccountRoutes::who);
  add("DELETE", "/api/v1/session", Scope::view, &AccountRoutes::sign_out);
  get("/api/v1/sessions", &AccountRoutes::sessions);
  add("DELETE", "/api/v1/sessions/{session}", Scope::view, &AccountRoutes::end_session);
}

void AccountRoutes::sign_in(const Request& request, ResponderPtr responder) {
  if (service_ == nullptr) return responder->send(nobody_signs_in());
  if (!takes(request, responder)) return;
  const auto body = parse_sign_in(request.body.text(), false);
  if (!body) return responder->send(problem(body.error()));
  service_->sign_in(request, body->user, body->password, std::move(responder));
}

void AccountRoutes::set_up(const Request& request, ResponderPtr responder) {
  if (service_ == nullptr) return responder->send(nobody_signs_in());
  if (!takes(request, responder)) return;
  const auto body = parse_sign_in(request.body.text(), true);
  if (!body) return responder->send(problem(body.error()));
  service_->set_up(request, body->secret, body->user, body->password, std::move(responder));
}

Response AccountRoutes::who(const Request& request) const {
  const Identity& who = request.identity;
  const bool session = who.kind == Identity::Kind::session;
  return net::json_response(dump({{"kind", kind_name(who.kind)},
                                  {"name", who.name.empty() ? Json() : Json(who.name)},
                                  {"scope", net::to_string(who.scope)},
                                  {"csrf", session ? Json(service_->csrf_of(request)) : Json()}}));
}

void AccountRoutes::sign_out(const Request& request, ResponderPtr responder) {
  if (request.identity.kind != Identity::Kind::session) {
    return responder->send(problem(409, "No session", "only a session can be signed out"));
  }
  service_->sign_out(request, request.identity.id, std::move(responder));
}

Response AccountRoutes::sessions(const Request& request) const {
  const Identity& who = request.identity;
  Json list = Json::array();
  if (service_ == nullptr) return net::json_response(dump({{"sessions", list}}));
  for (const auto& session : service_->accounts().sessions()) {
    const bool mine = who.kind == Identity::Kind::session && session.user == who.name;
    if (who.scope < Scope::admin && !mine) continue;
    list.push_back({{"id", session.id},
                    {"user", session.user},
                    {"created", core::to_rfc3339(session.created)},
                    {"used", core::to_rfc3339(session.used)},
                    {"peer", session.peer},
                    {"agent", session.agent},
                    {"own", session.id == who.id}});
  }
  return net::json_response(dump({{"sessions", std::move(list)}}));
}

// Everybody their own, admins everybody's; what one may not see is not there.
void AccountRoutes::end_session(const Request& request, ResponderPtr responder) {
  const std::string& id = request.parameters.at("session");
  const Identity& who = request.identity;
  const auto sessions =
      service_ == nullptr ? std::vector<auth::Session>() : service_->accounts().sessions();
  const auto found = std::find_if(sessions.begin(), sessions.end(),
                                  [&](const auto& session) { return session.id == id; });
  const bool mine =
      found != sessions.end() && who.kind == Identity::Kind::session && found->user == who.name;
  if (found == sessions.end() || (who.scope < Scope::admin && !mine)) {
    return responder->send(problem(404, "No such session", "GET /api/v1/sessions lists them"));
  }
  service_->sign_out(request, id, std::move(responder));
}

}  // namespace fovea::site
