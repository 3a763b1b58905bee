#include "site/sign_in_body.h"

#include "auth/password.h"
#include "core/json_reader.h"

namespace fovea::site {

core::Result<SignInBody> parse_sign_in(std::string_view body, bool with_secret) {
  constexpr size_t secret_bytes_max = 128;
  const char* wanted = with_secret
                           ? R"(the body is {"secret": "...", "user": "...", "password": "..."})"
                           : R"(the body is {"user": "...", "password": "..."})";
  const auto json = core::parse_json_object(body);
  if (!json) return json.error().context(wanted);
  core::JsonReader reader(*json);
  SignInBody parsed;
  parsed.user = reader.filled_text("user", core::limits::name_length_max);
  parsed.password = reader.filled_text("password", auth::password_bytes_max);
  if (with_secret) parsed.secret = reader.filled_text("secret", secret_bytes_max);
  if (auto good = reader.finish(); !good) return good.error().context(wanted);
  return parsed;
}

}  // namespace fovea::site
