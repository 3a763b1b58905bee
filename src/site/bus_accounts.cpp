#include "site/bus_accounts.h"

#include <crypt.h>
#include <fmt/format.h>

#include <cstring>

#include "auth/secret.h"
#include "core/ids.h"

namespace fovea::site {

using core::Code;
using core::Error;
using core::Status;

const char* const bus_account_table =
    "CREATE TABLE bus_account (site TEXT NOT NULL, device TEXT NOT NULL, hash TEXT NOT NULL,"
    " created TEXT NOT NULL, PRIMARY KEY (site, device)) WITHOUT ROWID";

namespace {

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

std::string user_block(const std::string& site, const BusAccounts::Account& account) {
  // A camera's large stream has a name of its own, made of the device's.
  const std::string own =
      account.device.empty()
          ? fmt::format("\"fovea.{}.>\"", site)
          : fmt::format("\"fovea.{0}.{1}.>\", \"fovea.{0}.{1}-main.frame\"", site, account.device);
  // Replies to what it is asked need no subject of its own: allow_responses.
  const std::string heard = account.device.empty() ? fmt::format("{}, \"_INBOX.>\"", own)
                                                   : fmt::format(
                                                         "\"fovea.{0}.{1}.command\", "
                                                         "\"fovea.{0}.{1}-main.command\"",
                                                         site, account.device);
  return fmt::format(
      "    {{\n"
      "      user: \"{}\"\n"
      "      password: \"{}\"\n"
      "      permissions {{ publish: {{ allow: [{}] }}, subscribe: {{ allow: [{}] }}, "
      "allow_responses: true }}\n"
      "    }}\n",
      account.user, account.hash, own, heard);
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

std::string BusAccounts::user_of(const std::string& device) const {
  return device.empty() ? site_ : site_ + "." + device;
}

core::Result<std::vector<BusAccounts::Account>> BusAccounts::list() {
  std::vector<Account> accounts;
  auth::Statement ask(
      *database_, "SELECT device, created, hash FROM bus_account WHERE site = ? ORDER BY device");
  ask.bind(site_);
  while (ask.row()) {
    accounts.push_back({ask.text(0), user_of(ask.text(0)), ask.text(1), ask.text(2)});
  }
  if (ask.failed()) return database_->failure("reading");
  return accounts;
}

core::Result<std::string> BusAccounts::put(const std::string& device) {
  if (!device.empty()) {
    if (auto good = core::check_name("device", device); !good) return good.error();
    if (device.ends_with("-main")) {
      return Error{Code::bad_input,
                   "names that end with -main are those of cameras' large streams; choose another"};
    }
  }
  std::string password = auth::new_secret();
  const auto hash = bcrypt(password);
  if (!hash) return hash.error();
  auth::Statement put(*database_, "INSERT OR REPLACE INTO bus_account VALUES (?, ?, ?, ?)");
  put.bind(site_).bind(device).bind(*hash).bind(core::to_rfc3339(clock_.now()));
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

core::Result<std::string> BusAccounts::nats_users() {
  const auto accounts = list();
  if (!accounts) return accounts.error();
  std::string text =
      "# Written by 'fovea device'; changes here are lost. In the server's configuration:\n"
      "#   include \"nats-users.conf\"\n"
      "authorization {\n  users = [\n";
  for (const auto& account : *accounts) text += user_block(site_, account);
  return text + "  ]\n}\n";
}

}  // namespace fovea::site
