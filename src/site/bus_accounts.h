#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/database.h"
#include "core/clock.h"
#include "core/result.h"

namespace fovea::site {

// The table of the migration that has it; see state_store.cpp.
extern const char* const bus_account_table;

// Who may do what on the site's NATS server: one account for each device, which can publish as
// itself only and hear only its commands, and one for the site itself. Kept in the state's database
// as bcrypt hashes, from which the server's users file is written; each password is shown once.
// Threads: one. Errors of all that write: io.
class BusAccounts {
 public:
  // `database` is the state's file, prepared (prepare_state()).
  static core::Result<std::unique_ptr<BusAccounts>> open(const std::string& database,
                                                         const std::string& site,
                                                         const core::Clock& clock);

  struct Account {
    std::string device;  // empty: the site itself
    std::string user;    // "plant.yard"; of the site "plant"
    std::string created;
    std::string hash;
  };
  core::Result<std::vector<Account>> list();

  // Makes the account, or gives it a new password; returns that. `device` empty: the site's own.
  // Errors: bad_input (the name).
  core::Result<std::string> put(const std::string& device);
  core::Status remove(const std::string& device);  // Errors: not_found

  std::string user_of(const std::string& device) const;

  // For nats-server: an `authorization` block with all accounts, to be included in its
  // configuration.
  core::Result<std::string> nats_users();

 private:
  BusAccounts(std::unique_ptr<auth::Database> database, std::string site, const core::Clock& clock)
      : database_(std::move(database)), site_(std::move(site)), clock_(clock) {}

  const std::unique_ptr<auth::Database> database_;
  const std::string site_;
  const core::Clock& clock_;
};

}  // namespace fovea::site
