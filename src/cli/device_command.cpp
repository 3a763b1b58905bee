#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "bus/adapters.h"
#include "bus/url.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/site_setup.h"
#include "core/file.h"
#include "core/json.h"
#include "site/bus_accounts.h"
#include "site/state_store.h"

namespace fovea::cli {
namespace {

using core::Json;

struct DeviceOptions {
  SiteFlags flags;
  std::string name;
  std::string server = "nats://127.0.0.1:4222";
  std::string users_file;  // empty: in the state folder
  bool for_site = false;
  bool json = false;
};
using Body = core::Status (*)(const DeviceOptions&, site::BusAccounts&);

// scheme://user:password@host:port?options of the server as it was given.
core::Result<std::string> url_for(const std::string& server, const std::string& user,
                                  const std::string& password) {
  if (auto good = bus::check_url(server); !good) return good.error();
  const auto url = bus::parse_url(server);
  const size_t host = server.find("://");
  if (!url || host == std::string::npos || !url->user.empty() || url->scheme == "memory") {
    return core::Error{core::Code::bad_input,
                       "--server takes nats://HOST[:PORT] or tls://HOST[:PORT], without a user"};
  }
  return fmt::format("{}://{}:{}@{}", url->scheme, user, password, server.substr(host + 3));
}

core::Status add(const DeviceOptions& options, site::BusAccounts& accounts) {
  if (options.for_site == !options.name.empty()) {
    return core::Error{core::Code::bad_input, "name a device, or give --for-site"};
  }
  const auto checked = url_for(options.server, "user", "password");
  if (!checked) return checked.error();
  const auto password = accounts.put(options.name);
  if (!password) return password.error();
  fmt::print("{}\n", *url_for(options.server, accounts.user_of(options.name), *password));
  return {};
}

core::Status remove(const DeviceOptions& options, site::BusAccounts& accounts) {
  return accounts.remove(options.name);
}

core::Status list(const DeviceOptions& options, site::BusAccounts& accounts) {
  const auto all = accounts.list();
  if (!all) return all.error();
  Json document = Json::array();
  for (const auto& account : *all) {
    const std::string name = account.device.empty() ? "(the site)" : account.device;
    if (!options.json) fmt::print("{:<24} {:<32} since {}\n", name, account.user, account.created);
    document.push_back({{"device", account.device.empty() ? Json() : Json(name)},
                        {"user", account.user},
                        {"created", account.created}});
  }
  if (options.json) std::cout << Json{{"accounts", document}}.dump(2) << "\n";
  return {};
}

// Whole or not at all: the server may read it at any time.
core::Status write_users(const std::string& file, site::BusAccounts& accounts) {
  const auto text = accounts.nats_users();
  if (!text) return text.error();
  if (auto written = core::replace_file(file, *text); !written) return written;
  fmt::print(stderr, "{} is up to date; 'nats-server --signal reload' makes it count\n", file);
  return {};
}

core::Status run_on_state(const DeviceOptions& options, Body body) {
  const auto found = find_state(options.flags);
  if (!found) return found.error();
  const auto database = site::prepare_state(found->dir);
  if (!database) return database.error();
  core::SystemClock clock;
  const auto accounts = site::BusAccounts::open(*database, found->site, clock);
  if (!accounts) return accounts.error();
  if (auto done = body(options, **accounts); !done) return done;
  if (body == list) return {};
  const std::string file =
      options.users_file.empty() ? found->dir + "/nats-users.conf" : options.users_file;
  return write_users(file, **accounts);
}

int run(const DeviceOptions& options, Body body) {
  const auto done = run_on_state(options, body);
  if (done) return exit_done;
  fmt::print(stderr, "fovea device: {}\n", done.error().message);
  return exit_status(done.error());
}

constexpr const char* footer =
    "\nEach device gets a user of its own on the site's NATS server, which can publish as that "
    "device\n"
    "only. 'add' prints the address with its password, once, and writes nats-users.conf into the\n"
    "state folder (--users-file: elsewhere); the server includes that file.\n\n"
    "Examples:\n"
    "  fovea device add --for-site --site plant      # what 'fovea site --bus' takes\n"
    "  fovea device add yard --site plant --server tls://hub.local:4222\n"
    "  fovea device remove yard --site plant\n";

}  // namespace

std::function<int()> declare_device(CLI::App& app) {
  auto options = std::make_shared<DeviceOptions>();
  auto chosen = std::make_shared<Body>(nullptr);
  const auto command = [&](const char* name, const char* summary, Body body) {
    CLI::App* sub = app.add_subcommand(name, summary);
    sub->callback([chosen, body] { *chosen = body; });
    sub->add_option("--site", options->flags.site, "name of the site (default: site)");
    sub->add_option("--config", options->flags.config, "the site's configuration");
    sub->add_option("--state", options->flags.state, "the site's state folder");
    return sub;
  };
  const auto with_users_file = [&](CLI::App* sub) {
    sub->add_option("--users-file", options->users_file, "the file that nats-server includes");
    return sub;
  };
  app.require_subcommand(1);
  CLI::App* adding =
      with_users_file(command("add", "Make an account on the bus, or a new password", add));
  adding->add_option("NAME", options->name, "the device");
  adding->add_flag("--for-site", options->for_site, "the account of the site itself");
  adding->add_option("--server", options->server, "how the device reaches the server")
      ->capture_default_str();
  with_users_file(command("remove", "Remove a device's account", remove))
      ->add_option("NAME", options->name, "the device")
      ->required();
  command("list", "List the accounts", list)->add_flag("--json", options->json, "as JSON");
  app.footer(footer);
  return [options, chosen] { return run(*options, *chosen); };
}

}  // namespace fovea::cli
