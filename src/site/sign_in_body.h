#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::site {

// The bodies of POST /api/v1/session {"user","password"} and POST /api/v1/setup, which has the
// link's "secret" beside them. Errors: bad_input (no such object, other names, wrong types, longer
// than a name or a password may be).
struct SignInBody {
  std::string user;
  std::string password;
  std::string secret;
};
core::Result<SignInBody> parse_sign_in(std::string_view body, bool with_secret);

}  // namespace fovea::site
