#include "net/identity.h"

namespace fovea::net {

const char* to_string(Scope scope) {
  switch (scope) {
    case Scope::open: return "open";
    case Scope::view: return "view";
    case Scope::operate: return "operate";
    case Scope::admin: return "admin";
  }
  return "open";
}

std::optional<Scope> parse_scope(std::string_view text) {
  for (const Scope scope : {Scope::view, Scope::operate, Scope::admin}) {
    if (text == to_string(scope)) return scope;
  }
  return std::nullopt;
}

std::string holder_of(const Identity& identity) {
  switch (identity.kind) {
    case Identity::Kind::nobody:
    case Identity::Kind::local: break;
    case Identity::Kind::session: return "user " + identity.name;
    case Identity::Kind::token: return "token " + identity.name;
  }
  return {};
}

}  // namespace fovea::net
