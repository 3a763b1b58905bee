#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "auth/database.h"
#include "core/clock.h"
#include "core/result.h"
#include "net/identity.h"

namespace fovea::auth {

// The tables of this module, as the first migration that has them makes them; part of the state's
// database (site/state_store.h), which is migrated before Accounts opens it.
extern const char* const account_tables;
// What a later migration adds to them: when tokens expire and were used.
extern const char* const token_times;

struct User {
  std::string name;
  net::Scope scope = net::Scope::view;
  core::Timestamp created;
};

// What a program shows in place of a user.
struct Token {
  std::string name;
  net::Scope scope = net::Scope::view;
  core::Timestamp created;
  std::optional<core::Timestamp> expires;  // empty: never
  std::optional<core::Timestamp> used;     // to the hour; empty: not yet
};

// One browser that is signed in.
struct Session {
  std::string id;
  std::string user;
  core::Timestamp created;
  core::Timestamp used;  // to the minute
  std::string peer;
  std::string agent;  // what the browser calls itself, cut
};

inline constexpr size_t users_max = 256;
inline constexpr size_t tokens_max = 256;
inline constexpr size_t sessions_of_user_max = 50;  // the one unused longest goes
inline constexpr auto session_unused_max = std::chrono::hours(30 * 24);
inline constexpr auto session_age_max = std::chrono::hours(180 * 24);

// Users, tokens and sessions: kept in SQLite, looked up in memory. Of secrets only hashes are kept.
// Another process (`fovea user`) may change the file at any time: refresh() notices. Each change is
// on the disk as a whole or not at all.
// Threads: any. Those marked (disk) may wait for the disk or for the other process, so not on a
// thread that must not block. Errors of all that write: io (nothing has changed then).
class Accounts {
 public:
  // (disk) ":memory:" forgets all at the end.
  static core::Result<std::unique_ptr<Accounts>> open(const std::string& file,
                                                      const core::Clock& clock);

  // Whose secret it is; its use is noted.
  std::optional<net::Identity> by_session(const std::string& secret);
  // Errors: not_found, denied (it has expired; says when).
  core::Result<net::Identity> by_token(const std::string& secret);
  // Whether the session or the token is there still, with the same rights.
  bool valid(const net::Identity& identity) const;
  // Whether the user has a session that was opened from there (IpAddress::network()).
  bool has_session_from(const std::string& user, const std::string& network) const;
  bool has_users() const;

  std::vector<User> users() const;
  std::vector<Token> tokens() const;
  std::vector<Session> sessions() const;
  // Empty where there is no such user; for verify_password().
  std::string password_hash(const std::string& user) const;

  // (disk) Errors: exists, bad_input (name, too many).
  core::Status add_user(const std::string& name, net::Scope scope, const std::string& hash);
  // (disk) Ends the user's sessions, but for `kept`. Errors: not_found.
  core::Status set_password(const std::string& name, const std::string& hash,
                            const std::string& kept_session = "");
  core::Status set_scope(const std::string& name, net::Scope scope);
  core::Status remove_user(const std::string& name);  // and its sessions

  // (disk) The secret, which is shown once. Errors: exists, bad_input.
  core::Result<std::string> add_token(const std::string& name, net::Scope scope,
                                      std::optional<std::chrono::seconds> lasts = {});
  core::Status remove_token(const std::string& name);

  // (disk) The secret for the cookie. Errors: not_found (the user has gone meanwhile).
  core::Result<std::string> open_session(const std::string& user, const std::string& peer,
                                         const std::string& agent);
  core::Status end_session(const std::string& id);  // (disk) also when it is not there

  // (disk) Takes over what another process has changed, forgets old sessions, writes when sessions
  // were used. To be called each second or so.
  core::Status refresh();

 private:
  struct KeptUser {
    User user;
    std::string password_hash;
  };
  struct KeptToken {
    Token token;
    bool unwritten_use = false;
  };
  struct KeptSession {
    Session session;
    bool unwritten_use = false;
  };

  Accounts(std::unique_ptr<Database> database, const core::Clock& clock)
      : database_(std::move(database)), clock_(clock) {}
  core::Status load();
  core::Status load_users();
  core::Status load_tokens();
  core::Status load_sessions();
  core::Status done(Statement& statement);
  core::Status write(Statement& statement);
  bool expired(const Session& session) const;
  bool expired(const Token& token) const;
  struct Unwritten;
  Unwritten unwritten() const;
  core::Status write_uses(const Unwritten& uses);

  const std::unique_ptr<Database> database_;
  const core::Clock& clock_;
  std::mutex disk_;           // one change at a time; taken before mutex_, never the other way
  mutable std::mutex mutex_;  // guards the maps; held for moments only
  std::map<std::string, KeptUser> users_;
  std::map<std::string, KeptToken> tokens_;      // by hash
  std::map<std::string, KeptSession> sessions_;  // by hash
  std::map<std::string, std::string> hashes_;    // of sessions, by their id
  int64_t seen_version_ = -1;                    // guarded by disk_
};

}  // namespace fovea::auth
