#include "site/bus_accounts.h"

#include <crypt.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "auth/secret.h"
#include "bus/inbox.h"
#include "core/file.h"
#include "core/ids.h"
#include "wire/device_name.h"

namespace fovea::site {

using core::Code;
using core::Error;
using core::Status;

const char* const bus_account_table =
    "CREATE TABLE bus_account (site TEXT NOT NULL, device TEXT NOT NULL, hash TEXT NOT NULL,"
    " created TEXT NOT NULL, PRIMARY KEY (site, device)) WITHOUT ROWID";

namespace {

// NATS' name for the account of the server itself; no site can have it.
constexpr const char* servers_own = "$SYS";
constexpr const char* nobodys = "$NOBODY";
constexpr size_t users_file_bytes_max = 16 << 20;

// What nats-server understands. The password has 256 bits, so the lowest cost does; a higher one
// only slows a thousand cameras down that come back at once.
core::Result<std::string> bcrypt(const std::string& password) {
  crypt_data data{};
  const char* salt = crypt_gensalt_rn("$2b$", 4, nullptr, 0, data.output, sizeof data.output);
  if (salt == nullptr) return Error{Code::internal, "this system's crypt() has no bcrypt"};
  const std::string setting = salt;
  const char* hash = crypt_r(password.c_str(), setting.c_str(), &data);
  if (hash == nullptr || std::strncmp(hash, "$2b$", 4) != 0) {
    return Error{Code::internal, "this system's crypt() has no bcrypt"};
  }
  return std::string(hash);
}

std::string name_of(const std::string& site, const std::string& device) {
  return device.empty() ? site : site + "." + device;
}

// No `allow_responses`: nats-server looks at the subject of a message only, never at the one it is
// to be answered on, and lets who hears a message publish there. Who can send a message to itself
// could so publish on every subject.
std::string permissions(const BusAccounts::Account& account) {
  const std::string inbox = bus::inbox_prefix(account.user) + ".>";
  if (account.device.empty()) {
    return fmt::format(
        "publish: {{ allow: [\"fovea.{0}.>\"] }}, subscribe: {{ allow: [\"fovea.{0}.>\", "
        "\"{1}\"] }}",
        account.site, inbox);
  }
  return fmt::format(
      "publish: {{ allow: [\"{0}.frame\", \"{0}.mask\", \"{0}.result\", \"{0}.status\", "
      "\"{0}{1}.frame\"] }}, subscribe: {{ allow: [\"{0}.command\", \"{0}{1}.command\", "
      "\"{2}\"] }}",
      fmt::format("fovea.{}.{}", account.site, account.device), wire::main_suffix, inbox);
}

std::string user_line(const BusAccounts::Account& account) {
  const bool is_servers = account.site == servers_own || account.site == nobodys;
  return fmt::format(
      "      {{ user: \"{}\", password: \"{}\"{} }}\n", account.user, account.hash,
      is_servers ? "" : fmt::format(",\n        permissions: {{ {} }}", permissions(account)));
}

}  // namespace

core::Result<std::unique_ptr<BusAccounts>> BusAccounts::open(const std::string& database,
                                                             const std::string& site,
                                                             const core::Clock& clock) {
  if (auto good = core::check_name("site", site); !good) return good.error();
  auto opened = auth::Database::open(database);
  if (!opened) return opened.error();
  return std::unique_ptr<BusAccounts>(new BusAccounts(*std::move(opened), site, clock));
}

std::string BusAccounts::user_of(const std::string& device) const { return name_of(site_, device); }

core::Result<std::vector<BusAccounts::Account>> BusAccounts::list() { return read(site_); }

core::Result<std::vector<BusAccounts::Account>> BusAccounts::read(const std::string& site) {
  std::vector<Account> accounts;
  auth::Statement ask(*database_,
                      "SELECT site, device, created, hash FROM bus_account "
                      "WHERE ?1 = '' OR site = ?1 ORDER BY site, device");
  ask.bind(site);
  while (ask.row()) {
    accounts.push_back(
        {ask.text(0), ask.text(1), name_of(ask.text(0), ask.text(1)), ask.text(2), ask.text(3)});
  }
  if (ask.failed()) return database_->failure("reading");
  return accounts;
}

core::Result<std::string> BusAccounts::put(const std::string& device) {
  if (!device.empty()) {
    if (auto good = wire::check_device_name("device", device); !good) return good.error();
  }
  return put(site_, device);
}

core::Result<std::string> BusAccounts::put(const std::string& site, const std::string& device) {
  std::string password = auth::new_secret();
  const auto hash = bcrypt(password);
  if (!hash) return hash.error();
  auth::Statement put(*database_, "INSERT OR REPLACE INTO bus_account VALUES (?, ?, ?, ?)");
  put.bind(site).bind(device).bind(*hash).bind(core::to_rfc3339(clock_.now()));
  if (!put.done()) return database_->failure("writing");
  return password;
}

Status BusAccounts::remove(const std::string& device) {
  const auto known = list();
  if (!known) return known.error();
  for (const auto& account : *known) {
    if (account.device != device) continue;
    auth::Statement remove(*database_, "DELETE FROM bus_account WHERE site = ? AND device = ?");
    remove.bind(site_).bind(device);
    return remove.done() ? Status() : database_->failure("writing");
  }
  return Error{Code::not_found, fmt::format("'{}' has no account", core::printable(device))};
}

// The server's own account has a user whose password nobody knows, and where no site has one, so
// has an account beside it: without users in both, old servers let everybody in.
core::Result<std::vector<BusAccounts::Account>> BusAccounts::all_with_the_servers_own() {
  auto accounts = read("");
  if (!accounts) return accounts;
  const auto is_servers = [](const Account& account) { return account.site == servers_own; };
  if (std::ranges::none_of(*accounts, is_servers)) {
    if (auto made = put(servers_own, ""); !made) return made.error();
    accounts = read("");
    if (!accounts) return accounts;
  }
  if (std::ranges::all_of(*accounts, is_servers)) {
    Account nobody = accounts->front();
    nobody.site = nobody.user = nobodys;
    accounts->push_back(std::move(nobody));
  }
  return accounts;
}

core::Result<std::string> BusAccounts::nats_users() {
  const auto accounts = all_with_the_servers_own();
  if (!accounts) return accounts.error();
  std::string text =
      "# Written by 'fovea device'; changes here are lost. In the server's configuration:\n"
      "#   include \"nats-users.conf\"\n"
      "# Every user of the server is in here: a second 'accounts' block would take the place of\n"
      "# this one, and an 'authorization' block beside it opens old servers (CVE-2023-47090).\n"
      "accounts {\n";
  std::string site;
  for (const auto& account : *accounts) {
    if (account.site != site) {
      text += site.empty() ? "" : "    ]\n  }\n";
      site = account.site;
      text += fmt::format("  \"{}\" {{\n", site);
      if (core::is_name(site)) text += "    jetstream: enabled\n";
      text += "    users: [\n";
    }
    text += user_line(account);
  }
  return text + "    ]\n  }\n}\n";
}

core::Status BusAccounts::check(const std::string& file) {
  const auto before = core::read_file(file, users_file_bytes_max);
  if (!before) return before.error().code == Code::not_found ? Status() : before.error();
  const auto accounts = read("");
  if (!accounts) return accounts.error();
  for (const auto& site : sites_in_users_file(before->text())) {
    const auto has = [&](const Account& account) { return account.site == site; };
    if (site == site_ || std::ranges::any_of(*accounts, has)) continue;
    return Error{Code::denied,
                 fmt::format("{} has users of the site '{}', whom this state folder does not know: "
                             "writing it would lock them out. Sites that share a server keep their "
                             "accounts in one state folder (--state), or move the file away",
                             file, core::printable(site))};
  }
  return {};
}

core::Result<bool> BusAccounts::write(const std::string& file) {
  if (auto good = check(file); !good) return good.error();
  const auto text = nats_users();
  if (!text) return text.error();
  const auto before = core::read_file(file, users_file_bytes_max);
  if (before && before->text() == *text) return false;
  if (auto written = core::replace_file(file, *text); !written) return written.error();
  return true;
}

std::vector<std::string> sites_in_users_file(std::string_view text) {
  constexpr std::string_view mark = "user: \"";
  std::vector<std::string> sites;
  for (size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at)) {
    at += mark.size();
    const size_t end = std::min(text.find_first_of(".\"", at), text.size());
    std::string site(text.substr(at, end - at));
    if (!site.starts_with('$') && std::ranges::find(sites, site) == sites.end()) {
      sites.push_back(std::move(site));
    }
  }
  return sites;
}

}  // namespace fovea::site
