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

}  // namespace fovea::net
