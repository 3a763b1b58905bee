#include "site/user_body.h"

#include "auth/password.h"
#include "core/ids.h"
#include "core/json_reader.h"

namespace fovea::site {

namespace {

constexpr size_t text_bytes_max = auth::password_bytes_max;
const std::vector<std::string> scopes = {"view", "operate", "admin"};

// "the body is {...}: 'wanted' is missing"
core::Error wrong_body(const char* wanted, const core::Error& error) {
  return error.context(std::string("the body is ") + wanted);
}

std::optional<net::Scope> read_scope(core::JsonReader& reader) {
  const auto word = reader.optional_choice("scope", scopes);
  return word ? net::parse_scope(scopes[*word]) : std::nullopt;
}

}  // namespace

core::Result<NewUser> parse_new_user(std::string_view body) {
  constexpr const char* wanted =
      R"({"name": "anna", "password": "...", "scope": "view"}, or "operate" or "admin")";
  const auto json = core::parse_json_object(body);
  if (!json) return wrong_body(wanted, json.error());
  core::JsonReader reader(*json);
  NewUser user;
  user.name = reader.filled_text("name", text_bytes_max);
  user.password = reader.filled_text("password", text_bytes_max);
  const auto scope = read_scope(reader);
  if (!scope) reader.fail("scope", "is missing");
  user.scope = scope.value_or(net::Scope::view);
  if (auto good = reader.finish(); !good) return wrong_body(wanted, good.error());
  if (auto named = core::check_name("user", user.name); !named) return named.error();
  return user;
}

core::Result<UserChange> parse_user_change(std::string_view body) {
  constexpr const char* wanted = R"({"password": "...", "scope": "view"}, or one of the two)";
  const auto json = core::parse_json_object(body);
  if (!json) return wrong_body(wanted, json.error());
  core::JsonReader reader(*json);
  UserChange change;
  if (reader.find("password")) change.password = reader.filled_text("password", text_bytes_max);
  change.scope = read_scope(reader);
  if (!change.password && !change.scope) reader.fail("password", "and 'scope' are missing");
  if (auto good = reader.finish(); !good) return wrong_body(wanted, good.error());
  return change;
}

core::Result<PasswordChange> parse_password_change(std::string_view body) {
  constexpr const char* wanted = R"({"present": "...", "wanted": "..."})";
  const auto json = core::parse_json_object(body);
  if (!json) return wrong_body(wanted, json.error());
  core::JsonReader reader(*json);
  PasswordChange change;
  change.present = reader.filled_text("present", text_bytes_max);
  change.wanted = reader.filled_text("wanted", text_bytes_max);
  if (auto good = reader.finish(); !good) return wrong_body(wanted, good.error());
  return change;
}

}  // namespace fovea::site
