#include "site/http_api_users.h"

#include <fmt/format.h>

#include "auth/password.h"
#include "core/ids.h"
#include "core/json.h"
#include "site/http_api_json.h"
#include "site/http_api_patch.h"
#include "site/user_body.h"

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
  return problem(409, "Nobody signs in here",
                 "this listener asks nobody to sign in; 'fovea user add NAME' makes users");
}

Response nothing() {
  Response response;
  response.status = 204;
  return response;
}

bool is_own(const Identity& who, const std::string& user) {
  return who.kind == Identity::Kind::session && who.name == user;
}

Response that_is_you() {
  return problem(409, "That is you",
                 "nobody takes their own rights away; another admin can do that");
}

Json to_json(const auth::User& user) {
  return {{"name", user.name},
          {"scope", net::to_string(user.scope)},
          {"created", core::to_rfc3339(user.created)}};
}

Response user_named(auth::Service& service, const std::string& name) {
  for (const auto& user : service.accounts().users()) {
    if (user.name == name) return net::json_response(dump(to_json(user)));
  }
  return problem(404, "Not found", fmt::format("there is no user '{}'", core::printable(name)));
}

}  // namespace

UserRoutes::UserRoutes(net::HttpServer& server, auth::Service* service) : service_(service) {
  const auto route = [&](const char* method, const char* pattern, Scope scope, auto handler) {
    server.route(method, pattern, scope,
                 [this, handler](const Request& request, const ResponderPtr& responder) {
                   if (service_ == nullptr) return responder->send(nobody_signs_in());
                   (this->*handler)(request, responder);
                 });
  };
  server.route("GET", "/api/v1/users", Scope::admin,
               [this](const Request&, const ResponderPtr& to) { to->send(list()); });
  route("POST", "/api/v1/users", Scope::admin, &UserRoutes::add);
  route("PATCH", "/api/v1/users/{name}", Scope::admin, &UserRoutes::change);
  route("DELETE", "/api/v1/users/{name}", Scope::admin, &UserRoutes::remove);
  route("PUT", "/api/v1/session/password", Scope::view, &UserRoutes::change_own_password);
}

Response UserRoutes::list() const {
  Json list = Json::array();
  if (service_ != nullptr) {
    for (const auto& user : service_->accounts().users()) list.push_back(to_json(user));
  }
  return net::json_response(dump({{"users", std::move(list)}}));
}

void UserRoutes::add(const Request& request, const ResponderPtr& responder) {
  if (!is_json_request(request)) return responder->send(json_needed());
  const auto body = parse_new_user(request.body.text());
  if (!body) return responder->send(problem(body.error()));
  if (auto good = auth::check_new_password(body->name, body->password); !good) {
    return responder->send(problem(good.error()));
  }
  service_->later(
      request,
      [service = service_, wanted = *body] {
        const auto hash = auth::hash_password(wanted.password);
        if (!hash) return problem(hash.error());
        const auto added = service->accounts().add_user(wanted.name, wanted.scope, *hash);
        if (!added) return problem(added.error());
        auto made = user_named(*service, wanted.name);
        if (made.status == 200) made.status = 201;
        return made;
      },
      responder);
}

void UserRoutes::change(const Request& request, const ResponderPtr& responder) {
  if (!is_json_request(request)) return responder->send(json_needed());
  const std::string& name = request.parameters.at("name");
  const auto body = parse_user_change(request.body.text());
  if (!body) return responder->send(problem(body.error()));
  const bool own = is_own(request.identity, name);
  if (own && body->scope) return responder->send(that_is_you());
  if (body->password) {
    if (auto good = auth::check_new_password(name, *body->password); !good) {
      return responder->send(problem(good.error()));
    }
  }
  service_->later(
      request,
      [service = service_, name, wanted = *body, kept = own ? request.identity.id : std::string()] {
        auto& accounts = service->accounts();
        if (wanted.scope) {
          if (auto set = accounts.set_scope(name, *wanted.scope); !set) return problem(set.error());
        }
        if (wanted.password) {
          const auto hash = auth::hash_password(*wanted.password);
          if (!hash) return problem(hash.error());
          if (auto set = accounts.set_password(name, *hash, kept); !set) {
            return problem(set.error());
          }
        }
        return user_named(*service, name);
      },
      responder);
}

void UserRoutes::remove(const Request& request, const ResponderPtr& responder) {
  const std::string& name = request.parameters.at("name");
  if (is_own(request.identity, name)) return responder->send(that_is_you());
  service_->later(
      request,
      [service = service_, name] {
        const auto removed = service->accounts().remove_user(name);
        return removed ? nothing() : problem(removed.error());
      },
      responder);
}

void UserRoutes::change_own_password(const Request& request, const ResponderPtr& responder) {
  if (!is_json_request(request)) return responder->send(json_needed());
  if (request.identity.kind != Identity::Kind::session) {
    return responder->send(problem(409, "No session", "only who is signed in has a password"));
  }
  const auto body = parse_password_change(request.body.text());
  if (!body) return responder->send(problem(body.error()));
  service_->change_password(request, body->present, body->wanted, responder);
}

}  // namespace fovea::site
