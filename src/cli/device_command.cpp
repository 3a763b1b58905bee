#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "bus/adapters.h"
#include "bus/certificate_option.h"
#include "bus/openness.h"
#include "bus/url.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/site_setup.h"
#include "core/file.h"
#include "core/json.h"
#include "net/private_ca.h"
#include "site/bus_accounts.h"
#include "site/state_store.h"
#include "wire/device_name.h"

namespace fovea::cli {
namespace {

using core::Json;

constexpr const char* ca_name = "bus";

struct DeviceOptions {
  SiteFlags flags;
  std::string name;
  std::string server = "nats://127.0.0.1:4222";
  std::string users_file;  // empty: in the state folder
  bool for_site = false;
  bool own_certificate = false;
  bool json = false;
};

struct Place {
  std::string state;
  std::string users_file;
};
// What is to be printed when all is written.
using Body = core::Result<std::string> (*)(const DeviceOptions&, const Place&, site::BusAccounts&);

core::Result<bus::Url> read_server(const std::string& server) {
  if (auto good = bus::check_url(server); !good) return good.error();
  auto url = bus::parse_url(server);
  if (!url || !url->user.empty() || url->scheme == "memory" || url->host.empty()) {
    return core::Error{core::Code::bad_input,
                       "--server takes nats://HOST[:PORT] or tls://HOST[:PORT], without a user"};
  }
  return url;
}

std::filesystem::path folder_of(const Place& place) {
  return std::filesystem::absolute(place.users_file).lexically_normal().parent_path();
}

net::TlsFiles tls_files(const Place& place) {
  return {folder_of(place) / "nats-cert.pem", folder_of(place) / "nats-key.pem"};
}

// What the server needs for TLS, beside the file with its users.
core::Result<std::string> make_tls(const Place& place, const bus::Url& server) {
  const auto ca = net::PrivateCa::open(place.state, ca_name);
  if (!ca) return ca.error();
  const net::TlsFiles files = tls_files(place);
  if (auto made = ca->issue(files, server.host, net::own_hosts()); !made) return made.error();
  const std::string block = fmt::format(
      "# Written by 'fovea device'; changes here are lost. In the server's configuration:\n"
      "#   include \"nats-tls.conf\"\n"
      "tls {{\n  cert_file: \"{}\"\n  key_file: \"{}\"\n}}\n",
      files.certificate, files.key);
  if (auto written = core::replace_file(folder_of(place) / "nats-tls.conf", block); !written) {
    return written.error();
  }
  return ca->certificate_file();
}

// The certificate that a client has to trust, as an option of its URL; empty: none.
core::Result<std::string> trusted(const DeviceOptions& options, const Place& place,
                                  const bus::Url& server) {
  const auto given = server.options.find("ca");
  if (given != server.options.end() && bus::is_certificate(given->second)) return given->second;
  std::string file = given == server.options.end() ? "" : given->second;
  if (file.empty()) {
    if (server.scheme != "tls" || options.own_certificate) return std::string();
    auto made = make_tls(place, server);
    if (!made) return made.error();
    file = *std::move(made);
  }
  const auto der = net::certificate_der(file);
  if (!der) return der.error();
  return bus::certificate_option(*der);
}

// scheme://user:password@host:port?options of the server as it was given, and whom to trust.
std::string url_for(const std::string& server, const std::string& user, const std::string& password,
                    const std::string& ca) {
  const size_t host = server.find("://") + 3;
  const size_t question = std::min(server.find('?'), server.size());
  std::string options;
  for (size_t begin = question; begin < server.size();) {
    const size_t end = std::min(server.find('&', begin + 1), server.size());
    if (server.compare(begin + 1, 3, "ca=") != 0) options += server.substr(begin, end - begin);
    begin = end;
  }
  if (!ca.empty()) options += "&ca=" + ca;
  if (!options.empty()) options.front() = '?';
  return fmt::format("{}{}:{}@{}{}", server.substr(0, host), user, password,
                     server.substr(host, question - host), options);
}

core::Result<std::string> add(const DeviceOptions& options, const Place& place,
                              site::BusAccounts& accounts) {
  if (options.for_site == !options.name.empty()) {
    return core::Error{core::Code::bad_input, "name a device, or give --for-site"};
  }
  if (!options.name.empty()) {
    const auto good = wire::check_device_name("device", options.name);
    if (!good) return good.error();
  }
  const auto server = read_server(options.server);
  if (!server) return server.error();
  const auto ca = trusted(options, place, *server);
  if (!ca) return ca.error();
  const auto password = accounts.put(options.name);
  if (!password) return password.error();
  for (const auto& way : bus::open_ways(*server)) {
    if (way.what != "unencrypted") continue;  // it has credentials now
    fmt::print(stderr,
               "{} Programs take this address only with --bus-open unencrypted; with --server "
               "tls://{} this command makes what TLS needs.\n",
               way.text, server->host);
  }
  return url_for(options.server, accounts.user_of(options.name), *password, *ca) + "\n";
}

core::Result<std::string> remove(const DeviceOptions& options, const Place&,
                                 site::BusAccounts& accounts) {
  if (auto removed = accounts.remove(options.name); !removed) return removed.error();
  return std::string();
}

// And renews the server's certificate where it is near its end.
core::Result<std::string> write(const DeviceOptions&, const Place& place, site::BusAccounts&) {
  const net::TlsFiles files = tls_files(place);
  if (!std::filesystem::exists(files.certificate)) return std::string();
  const auto ca = net::PrivateCa::open(place.state, ca_name);
  if (!ca) return ca.error();
  const auto renewed = ca->issue(files, "localhost", net::own_hosts());
  if (!renewed) return renewed.error();
  return std::string();
}

core::Result<std::string> list(const DeviceOptions& options, const Place&,
                               site::BusAccounts& accounts) {
  const auto all = accounts.list();
  if (!all) return all.error();
  std::string lines;
  Json document = Json::array();
  for (const auto& account : *all) {
    const std::string name = account.device.empty() ? "(the site)" : account.device;
    lines += fmt::format("{:<24} {:<32} since {}\n", name, account.user, account.created);
    document.push_back({{"device", account.device.empty() ? Json() : Json(name)},
                        {"user", account.user},
                        {"created", account.created}});
  }
  return options.json ? Json{{"accounts", document}}.dump(2) + "\n" : lines;
}

core::Status run_on_state(const DeviceOptions& options, Body body) {
  const auto found = find_state(options.flags);
  if (!found) return found.error();
  const auto database = site::prepare_state(found->dir);
  if (!database) return database.error();
  core::SystemClock clock;
  const auto accounts = site::BusAccounts::open(*database, found->site, clock);
  if (!accounts) return accounts.error();
  const Place place{found->dir, options.users_file.empty()
                                    ? found->dir + "/" + site::users_file_name
                                    : options.users_file};
  if (body != list) {
    if (auto good = (*accounts)->check(place.users_file); !good) return good;
  }
  const auto done = body(options, place, **accounts);
  if (!done) return done.error();
  if (body != list) {
    if (auto written = (*accounts)->write(place.users_file); !written) return written.error();
    fmt::print(stderr, "{} is up to date; 'nats-server --signal reload' makes it count\n",
               place.users_file);
  }
  fmt::print("{}", *done);
  return {};
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
    "state folder (--users-file: elsewhere); the server includes that file. For a tls:// server "
    "it\n"
    "also makes a certificate and nats-tls.conf beside it, and the address says whom to trust.\n\n"
    "Examples:\n"
    "  fovea device add --for-site --site plant --server tls://hub.local:4222  # for 'fovea site'\n"
    "  fovea device add yard --site plant --server tls://hub.local:4222\n"
    "  fovea device remove yard --site plant\n"
    "  fovea device write --site plant --users-file /etc/nats-users.conf   # after an upgrade\n";

}  // namespace

std::function<int()> declare_device(App app) {
  auto options = std::make_shared<DeviceOptions>();
  auto chosen = std::make_shared<Body>(nullptr);
  const auto command = [&](const char* name, const char* summary, Body body) {
    App sub = app.add_subcommand(name, summary);
    sub.callback([chosen, body] { *chosen = body; });
    sub.add_option("--site", options->flags.site, "name of the site (default: site)");
    sub.add_option("--config", options->flags.config, "the site's configuration");
    sub.add_option("--state", options->flags.state, "the site's state folder");
    return sub;
  };
  const auto with_users_file = [&](App sub) {
    sub.add_option("--users-file", options->users_file, "the file that nats-server includes");
    return sub;
  };
  app.require_subcommand();
  App adding =
      with_users_file(command("add", "Make an account on the bus, or a new password", add));
  adding.add_option("NAME", options->name, "the device");
  adding.add_flag("--for-site", options->for_site, "the account of the site itself");
  adding.add_option("--server", options->server, "how the device reaches the server")
      .capture_default_str();
  adding.add_flag("--own-certificate", options->own_certificate,
                  "the tls:// server has a certificate already that its clients trust");
  with_users_file(command("write", "Write the file with the users anew", write));
  with_users_file(command("remove", "Remove a device's account", remove))
      .add_option("NAME", options->name, "the device")
      .required();
  command("list", "List the accounts", list).add_flag("--json", options->json, "as JSON");
  app.footer(footer);
  return [options, chosen] { return run(*options, *chosen); };
}

}  // namespace fovea::cli
