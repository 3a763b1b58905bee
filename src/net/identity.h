#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fovea::net {

// What a route asks of who calls it; each includes those before it. `open` asks nothing: for the
// sign-in page and the two probes, nothing else.
enum class Scope { open, view, operate, admin };

const char* to_string(Scope scope);
std::optional<Scope> parse_scope(std::string_view text);  // "view", "operate", "admin"

// Who calls, as the listener's guard found out.
struct Identity {
  enum class Kind {
    nobody,   // not signed in
    local,    // a listener that asks nobody to sign in
    session,  // a person, by a cookie
    token,    // a program, by an API token
  };
  Kind kind = Kind::nobody;
  Scope scope = Scope::open;
  std::string name;  // of the user or the token
  std::string id;    // of the session or the token
};

// "user anna", "token wall", "" on a listener that asks nobody: whose share of something a request
// takes. Of nobody there is none.
std::string holder_of(const Identity& identity);

}  // namespace fovea::net
