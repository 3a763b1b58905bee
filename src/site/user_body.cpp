#include "site/user_body.h"

#include <nlohmann/json.hpp>

#include "auth/password.h"
#include "core/ids.h"

namespace fovea::site {

namespace {

using nlohmann::json;

constexpr size_t text_bytes_max = auth::password_bytes_max;

// Takes texts out of an object by their names; good() says whether that was all there was.
class Taker {
 public:
  explicit Taker(std::string_view body) : json_(json::parse(body, nullptr, false)) {
    good_ = json_.is_object();
  }

  std::optional<std::string> text(const char* name) {
    if (!good_ || !json_.contains(name)) return std::nullopt;
    const json value = json_[name];
    json_.erase(name);
    good_ = value.is_string() && !value.get_ref<const std::string&>().empty() &&
            value.get_ref<const std::string&>().size() <= text_bytes_max;
    return good_ ? std::optional(value.get<std::string>()) : std::nullopt;
  }
  std::optional<net::Scope> scope() {
    const auto named = text("scope");
    if (!named) return std::nullopt;
    const auto scope = net::parse_scope(*named);
    good_ = scope.has_value();
    return scope;
  }
  bool good() const { return good_ && json_.empty(); }

 private:
  json json_;
  bool good_ = false;
};

}  // namespace

core::Result<NewUser> parse_new_user(std::string_view body) {
  Taker taker(body);
  const auto name = taker.text("name");
  const auto password = taker.text("password");
  const auto scope = taker.scope();
  if (!name || !password || !scope || !taker.good()) {
    return core::Error{core::Code::bad_input,
                       R"(the body is {"name": "anna", "password": "...", "scope": "view"}, or )"
                       R"("operate" or "admin")"};
  }
  if (auto named = core::check_name("user", *name); !named) return named.error();
  return NewUser{*name, *password, *scope};
}

core::Result<UserChange> parse_user_change(std::string_view body) {
  Taker taker(body);
  const UserChange change{taker.text("password"), taker.scope()};
  if (!taker.good() || (!change.password && !change.scope)) {
    return core::Error{core::Code::bad_input,
                       R"(the body is {"password": "...", "scope": "view"}, or one of the two)"};
  }
  return change;
}

core::Result<PasswordChange> parse_password_change(std::string_view body) {
  Taker taker(body);
  const auto present = taker.text("present");
  const auto wanted = taker.text("wanted");
  if (!present || !wanted || !taker.good()) {
    return core::Error{core::Code::bad_input, R"(the body is {"present": "...", "wanted": "..."})"};
  }
  return PasswordChange{*present, *wanted};
}

}  // namespace fovea::site
