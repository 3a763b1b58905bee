#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "net/identity.h"

namespace fovea::site {

struct NewUser {
  std::string name;
  std::string password;
  net::Scope scope = net::Scope::view;
};
struct UserChange {
  std::optional<std::string> password;
  std::optional<net::Scope> scope;
};
struct PasswordChange {
  std::string present;
  std::string wanted;
};

// The bodies of POST /api/v1/users {"name","password","scope"}, PATCH /api/v1/users/{name}
// {"password"?,"scope"?} and PUT /api/v1/session/password {"present","wanted"}. Whether a password
// is good enough is not looked at. Errors: bad_input (no such object, other names, wrong types,
// longer than a name or a password may be).
core::Result<NewUser> parse_new_user(std::string_view body);
core::Result<UserChange> parse_user_change(std::string_view body);
core::Result<PasswordChange> parse_password_change(std::string_view body);

}  // namespace fovea::site
