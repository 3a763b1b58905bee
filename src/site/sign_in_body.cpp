#include "site/sign_in_body.h"

#include <nlohmann/json.hpp>

#include "auth/password.h"
#include "core/limits.h"

namespace fovea::site {

core::Result<SignInBody> parse_sign_in(std::string_view body, bool with_secret) {
  const core::Error wrong{core::Code::bad_input,
                          with_secret
                              ? R"(the body is {"secret": "...", "user": "...", "password": "..."})"
                              : R"(the body is {"user": "...", "password": "..."})"};
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || json.size() != (with_secret ? 3 : 2)) return wrong;
  SignInBody parsed;
  const auto read = [&json](const char* name, size_t bytes_max, std::string& into) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_string()) return false;
    into = found->get<std::string>();
    return !into.empty() && into.size() <= bytes_max;
  };
  const bool good = read("user", core::limits::name_length_max, parsed.user) &&
                    read("password", auth::password_bytes_max, parsed.password) &&
                    (!with_secret || read("secret", 128, parsed.secret));
  if (!good) return wrong;
  return parsed;
}

}  // namespace fovea::site
