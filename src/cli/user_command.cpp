#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>

#include "auth/accounts.h"
#include "auth/password.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/read_password.h"
#include "cli/site_setup.h"
#include "core/ids.h"
#include "core/json.h"
#include "site/state_store.h"

namespace fovea::cli {
namespace {

using core::Json;

struct UserOptions {
  SiteFlags flags;
  std::string name;
  std::string role;
  std::string expires;
  bool password_stdin = false;
  bool json = false;
};
using Shared = std::shared_ptr<UserOptions>;
using Body = core::Status (*)(const UserOptions&, auth::Accounts&);

core::Result<std::string> new_hash(const UserOptions& options) {
  const auto password = read_new_password(options.name, options.password_stdin);
  if (!password) return password.error();
  if (auto good = auth::check_new_password(options.name, *password); !good) return good.error();
  return auth::hash_password(*password);
}

core::Status add(const UserOptions& options, auth::Accounts& accounts) {
  const auto hash = new_hash(options);
  if (!hash) return hash.error();
  return accounts.add_user(options.name, *net::parse_scope(options.role), *hash);
}

core::Status remove(const UserOptions& options, auth::Accounts& accounts) {
  return accounts.remove_user(options.name);
}

core::Status password(const UserOptions& options, auth::Accounts& accounts) {
  const auto hash = new_hash(options);
  if (!hash) return hash.error();
  return accounts.set_password(options.name, *hash);
}

core::Status role(const UserOptions& options, auth::Accounts& accounts) {
  return accounts.set_scope(options.name, *net::parse_scope(options.role));
}

// "90d", "12h": how long a token lasts.
core::Result<std::chrono::seconds> parse_lifetime(const std::string& text) {
  constexpr int64_t hours_max = 20LL * 365 * 24;
  int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [unit, failed] = std::from_chars(text.data(), end, count);
  const bool days = unit != end && *unit == 'd';
  const bool hours = unit != end && *unit == 'h';
  const bool good = failed == std::errc() && unit + 1 == end && (days || hours) && count > 0 &&
                    count <= hours_max / (days ? 24 : 1);
  if (!good) {
    return core::Error{core::Code::bad_input,
                       fmt::format("--expires takes days or hours from now, such as 90d or 12h, "
                                   "20 years at most; not '{}'",
                                   core::printable(text))};
  }
  return std::chrono::seconds(std::chrono::hours(days ? count * 24 : count));
}

core::Status list(const UserOptions& options, auth::Accounts& accounts) {
  Json list = Json::array();
  for (const auto& user : accounts.users()) {
    const std::string created = core::to_rfc3339(user.created);
    if (!options.json) {
      fmt::print("{:<24} {:<8} since {}\n", user.name, net::to_string(user.scope),
                 created.substr(0, 10));
    }
    list.push_back(
        {{"name", user.name}, {"scope", net::to_string(user.scope)}, {"created", created}});
  }
  if (options.json) std::cout << Json{{"users", list}}.dump(2) << "\n";
  return {};
}

core::Status add_token(const UserOptions& options, auth::Accounts& accounts) {
  std::optional<std::chrono::seconds> lasts;
  if (!options.expires.empty()) {
    const auto parsed = parse_lifetime(options.expires);
    if (!parsed) return parsed.error();
    lasts = *parsed;
  }
  const auto secret = accounts.add_token(options.name, *net::parse_scope(options.role), lasts);
  if (!secret) return secret.error();
  // Nobody could ever use it, nor knew that it is there.
  if (std::puts(secret->c_str()) < 0 || std::fflush(stdout) != 0) {
    const int number = errno;
    std::clearerr(stdout);
    if (auto removed = accounts.remove_token(options.name); !removed) return removed;
    return core::Error{
        core::Code::io,
        fmt::format("printing the token failed: {}; it was removed again", std::strerror(number))};
  }
  return {};
}

core::Status remove_token(const UserOptions& options, auth::Accounts& accounts) {
  return accounts.remove_token(options.name);
}

core::Status list_tokens(const UserOptions& options, auth::Accounts& accounts) {
  const auto day = [](const std::optional<core::Timestamp>& time) {
    return time ? core::to_rfc3339(*time).substr(0, 10) : "never";
  };
  const auto exact = [](const std::optional<core::Timestamp>& time) {
    return time ? Json(core::to_rfc3339(*time)) : Json();
  };
  const core::SystemClock clock;
  Json list = Json::array();
  for (const auto& token : accounts.tokens()) {
    const bool over = token.expires && *token.expires <= clock.now();
    if (!options.json) {
      fmt::print("{:<24} {:<8} since {}  last used {:<10}  {} {}\n", token.name,
                 net::to_string(token.scope), day(token.created), day(token.used),
                 over ? "expired" : "expires", day(token.expires));
    }
    list.push_back({{"name", token.name},
                    {"scope", net::to_string(token.scope)},
                    {"created", exact(token.created)},
                    {"used", exact(token.used)},
                    {"expires", exact(token.expires)}});
  }
  if (options.json) std::cout << Json{{"tokens", list}}.dump(2) << "\n";
  return {};
}

int run(const UserOptions& options, Body body) {
  const auto fail = [](const core::Error& error) {
    fmt::print(stderr, "fovea user: {}\n", error.message);
    return exit_status(error);
  };
  const auto found = find_state(options.flags);
  if (!found) return fail(found.error());
  const auto database = site::prepare_state(found->dir);
  if (!database) return fail(database.error());
  core::SystemClock clock;
  const auto accounts = auth::Accounts::open(*database, clock);
  if (!accounts) return fail(accounts.error());
  const core::Status done = body(options, **accounts);
  return done ? exit_done : fail(done.error());
}

constexpr const char* footer =
    "\nWorks on the state folder of a site, running or not; a running one notices within two "
    "seconds.\n"
    "A role holds those before it: view (watch), operate (change settings), admin (users, too).\n"
    "Programs sign in by a token, which is printed once: 'Authorization: Bearer TOKEN', or as the\n"
    "password of 'Basic' for those that know nothing else (Prometheus, VLC).\n\n"
    "Examples:\n"
    "  fovea user add anna --role admin\n"
    "  fovea user add wall --role view --password-stdin < password.txt\n"
    "  fovea user token add prometheus --scope view\n"
    "  fovea user token add guest --scope view --expires 90d\n"
    "  fovea user list --site plant\n";

}  // namespace

std::function<int()> declare_user(App app) {
  auto options = std::make_shared<UserOptions>();
  auto chosen = std::make_shared<Body>(nullptr);
  const auto command = [&](App parent, const char* name, const char* summary, Body body) {
    App sub = parent.add_subcommand(name, summary);
    sub.callback([chosen, body] { *chosen = body; });
    sub.add_option("--site", options->flags.site, "name of the site (default: site)");
    sub.add_option("--config", options->flags.config, "the site's configuration");
    sub.add_option("--state", options->flags.state, "the site's state folder");
    return sub;
  };
  const auto with_name = [&](App sub) {
    sub.add_option("NAME", options->name, "letters, digits, - and _").required();
    return sub;
  };
  const auto with_scope = [&](App sub, const char* flag, const char* help) {
    return sub.add_option(flag, options->role, help).one_of({"view", "operate", "admin"});
  };
  const auto with_password = [&](App sub) {
    sub.add_flag("--password-stdin", options->password_stdin,
                 "the password is the first line of stdin");
    return sub;
  };
  constexpr const char* scope_help = "view, operate or admin (default: view)";
  options->role = "view";
  app.require_subcommand();
  with_scope(with_password(with_name(command(app, "add", "Add a user", add))), "--role",
             scope_help);
  with_name(command(app, "remove", "Remove a user and end its sessions", remove));
  with_password(with_name(command(app, "password", "Set a password; ends its sessions", password)));
  with_scope(with_name(command(app, "role", "Give a user another role", role)), "--role",
             "view, operate or admin")
      .required();
  command(app, "list", "List the users", list).add_flag("--json", options->json, "as JSON");
  App token = app.add_subcommand("token", "Tokens for programs");
  token.require_subcommand();
  App add_one = command(token, "add", "Make a token and print it, once", add_token);
  with_scope(with_name(add_one), "--scope", scope_help);
  add_one.add_option("--expires", options->expires,
                     "days or hours until it is void, such as 90d or 12h (default: never)");
  with_name(command(token, "remove", "Remove a token", remove_token));
  command(token, "list", "List the tokens", list_tokens)
      .add_flag("--json", options->json, "as JSON");
  app.footer(footer);
  return [options, chosen] { return run(*options, *chosen); };
}

}  // namespace fovea::cli
