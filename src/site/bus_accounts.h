#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/database.h"
#include "core/clock.h"
#include "core/result.h"

namespace fovea::site {

// The table of the migration that has it; see state_store.cpp.
extern const char* const bus_account_table;

// Where it lies in the state folder unless somebody says something else.
inline constexpr const char* users_file_name = "nats-users.conf";

// Who may do what on the site's NATS server: one user for each device, which can publish its own
// frames, masks, results and status and hear only its commands, and one for the site itself. Kept
// in the state's database as bcrypt hashes, from which the server's users file is written; each
// password is shown once. The sites of one state folder share a file.
// Threads: one. Errors of all that write: io.
class BusAccounts {
 public:
  // `database` is the state's file, prepared (prepare_state()).
  static core::Result<std::unique_ptr<BusAccounts>> open(const std::string& database,
                                                         const std::string& site,
                                                         const core::Clock& clock);

  struct Account {
    std::string site;
    std::string device;  // empty: the site itself
    std::string user;    // "plant.yard"; of the site "plant"
    std::string created;
    std::string hash;
  };
  core::Result<std::vector<Account>> list();  // of this site

  // Makes the account, or gives it a new password; returns that. `device` empty: the site's own.
  // Errors: bad_input (the name).
  core::Result<std::string> put(const std::string& device);
  core::Status remove(const std::string& device);  // Errors: not_found

  std::string user_of(const std::string& device) const;

  // For nats-server, to be included in its configuration: an account for each site of the state,
  // which hear nothing of each other, and the server's own, so that no second block is needed.
  core::Result<std::string> nats_users();

  // Puts nats_users() into the file, whole or not at all: the server may read it at any time. True:
  // something has changed. Errors: as check().
  core::Result<bool> write(const std::string& file);
  // Whether write() would. Errors: denied (the file has users of a site that this state does not
  // know, who would be locked out).
  core::Status check(const std::string& file);

 private:
  BusAccounts(std::unique_ptr<auth::Database> database, std::string site, const core::Clock& clock)
      : database_(std::move(database)), site_(std::move(site)), clock_(clock) {}
  core::Result<std::vector<Account>> read(const std::string& site);  // empty: of all
  core::Result<std::string> put(const std::string& site, const std::string& device);
  core::Result<std::vector<Account>> all_with_the_servers_own();

  const std::unique_ptr<auth::Database> database_;
  const std::string site_;
  const core::Clock& clock_;
};

// The sites whose users a users file has, of this program's or of an older one's making.
std::vector<std::string> sites_in_users_file(std::string_view text);

}  // namespace fovea::site
