#include "auth/accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/secret.h"
#include "core/ids.h"
#include "net/ip_address.h"

namespace fovea::auth {

using core::Code;
using core::Error;
using core::Status;
using net::Identity;
using net::Scope;

const char* const account_tables =
    "CREATE TABLE user (name TEXT PRIMARY KEY, scope TEXT NOT NULL, password TEXT NOT NULL,"
    " created TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE token (name TEXT PRIMARY KEY, scope TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,"
    " created TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE session (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE,"
    " user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE, created TEXT NOT NULL,"
    " used TEXT NOT NULL, peer TEXT NOT NULL, agent TEXT NOT NULL) WITHOUT ROWID";

const char* const token_times =
    "ALTER TABLE token ADD COLUMN expires TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE token ADD COLUMN used TEXT NOT NULL DEFAULT ''";

namespace {

constexpr const char* session_purpose = "session";
constexpr const char* token_purpose = "token";
constexpr size_t agent_bytes_max = 200;
constexpr auto use_precision = std::chrono::minutes(1);
constexpr auto token_use_precision = std::chrono::hours(1);

core::Timestamp time_of(const std::string& text) {
  const auto time = core::parse_rfc3339(text);
  return time ? *time : core::Timestamp();
}

// Of a column that may be empty.
std::optional<core::Timestamp> maybe_time_of(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(time_of(text));
}

Scope scope_of(const std::string& text) { return net::parse_scope(text).value_or(Scope::view); }

Error no_user(const std::string& name) {
  return {Code::not_found, fmt::format("there is no user '{}'", core::printable(name))};
}

}  // namespace

core::Result<std::unique_ptr<Accounts>> Accounts::open(const std::string& file,
                                                       const core::Clock& clock) {
  auto database = Database::open(file);
  if (!database) return database.error();
  if (file == ":memory:") {
    for (const char* step : {account_tables, token_times}) {
      if (auto made = (*database)->execute(step); !made) return made.error();
    }
  }
  std::unique_ptr<Accounts> accounts(new Accounts(*std::move(database), clock));
  if (auto loaded = accounts->refresh(); !loaded) return loaded.error();
  return accounts;
}

std::optional<Identity> Accounts::by_session(const std::string& secret) {
  const std::string hash = secret_hash(secret, session_purpose);
  std::lock_guard lock(mutex_);
  const auto found = sessions_.find(hash);
  if (found == sessions_.end() || expired(found->second.session)) return std::nullopt;
  auto& [session, unwritten_use] = found->second;
  const auto user = users_.find(session.user);
  if (user == users_.end()) return std::nullopt;
  const auto now = clock_.now();
  if (now - session.used >= use_precision) {
    session.used = now;
    unwritten_use = true;
  }
  return Identity{Identity::Kind::session, user->second.user.scope, session.user, session.id};
}

core::Result<Identity> Accounts::by_token(const std::string& secret) {
  const std::string hash = secret_hash(secret, token_purpose);
  std::lock_guard lock(mutex_);
  const auto found = tokens_.find(hash);
  if (found == tokens_.end()) return Error{Code::not_found, "there is no such token"};
  auto& [token, unwritten_use] = found->second;
  if (expired(token)) {
    return Error{Code::denied, fmt::format("the token '{}' has expired at {}; 'fovea user token "
                                           "add' makes another",
                                           token.name, core::to_rfc3339(*token.expires))};
  }
  const auto now = clock_.now();
  if (!token.used || now - *token.used >= token_use_precision) {
    token.used = now;
    unwritten_use = true;
  }
  return Identity{Identity::Kind::token, token.scope, token.name, hash};
}

bool Accounts::valid(const Identity& identity) const {
  std::lock_guard lock(mutex_);
  if (identity.kind == Identity::Kind::token) {
    const auto found = tokens_.find(identity.id);
    return found != tokens_.end() && found->second.token.scope == identity.scope &&
           !expired(found->second.token);
  }
  if (identity.kind != Identity::Kind::session) return true;
  const auto user = users_.find(identity.name);
  if (user == users_.end() || user->second.user.scope != identity.scope) return false;
  const auto hash = hashes_.find(identity.id);
  return hash != hashes_.end() && !expired(sessions_.at(hash->second).session);
}

bool Accounts::has_session_from(const std::string& user, const std::string& network) const {
  std::lock_guard lock(mutex_);
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    const Session& session = entry.second.session;
    return session.user == user && !expired(session) &&
           net::network_of_peer(session.peer) == network;
  });
}

bool Accounts::has_users() const {
  std::lock_guard lock(mutex_);
  return !users_.empty();
}

std::vector<User> Accounts::users() const {
  std::lock_guard lock(mutex_);
  std::vector<User> list;
  for (const auto& [name, kept] : users_) list.push_back(kept.user);
  return list;
}

std::vector<Token> Accounts::tokens() const {
  std::lock_guard lock(mutex_);
  std::vector<Token> list;
  for (const auto& [hash, kept] : tokens_) list.push_back(kept.token);
  std::sort(list.begin(), list.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return list;
}

std::vector<Session> Accounts::sessions() const {
  std::lock_guard lock(mutex_);
  std::vector<Session> list;
  for (const auto& [hash, kept] : sessions_) {
    if (!expired(kept.session)) list.push_back(kept.session);
  }
  std::sort(list.begin(), list.end(), [](auto& a, auto& b) { return a.used > b.used; });
  return list;
}

std::string Accounts::password_hash(const std::string& user) const {
  std::lock_guard lock(mutex_);
  const auto found = users_.find(user);
  return found == users_.end() ? std::string() : found->second.password_hash;
}

bool Accounts::expired(const Session& session) const {
  const auto now = clock_.now();
  return now - session.used > session_unused_max || now - session.created > session_age_max;
}

bool Accounts::expired(const Token& token) const {
  return token.expires && clock_.now() >= *token.expires;
}

// --- changes ------------------------------------------------------------------------------------

Status Accounts::done(Statement& statement) {
  return statement.done() ? Status() : database_->failure("writing");
}

Status Accounts::write(Statement& statement) {
  if (auto written = done(statement); !written) return written;
  return load();
}

Status Accounts::add_user(const std::string& name, Scope scope, const std::string& hash) {
  if (auto good = core::check_name("user", name); !good) return good;
  std::lock_guard disk(disk_);
  if (auto fresh = load(); !fresh) return fresh;
  if (users().size() >= users_max) {
    return Error{Code::bad_input, fmt::format("there are {} users already", users_max)};
  }
  if (!password_hash(name).empty()) {
    return Error{Code::exists, fmt::format("there is a user '{}' already", name)};
  }
  Statement add(*database_, "INSERT INTO user VALUES (?, ?, ?, ?)");
  add.bind(name).bind(net::to_string(scope)).bind(hash).bind(core::to_rfc3339(clock_.now()));
  return write(add);
}

Status Accounts::set_password(const std::string& name, const std::string& hash,
                              const std::string& kept_session) {
  std::lock_guard disk(disk_);
  if (auto fresh = load(); !fresh) return fresh;
  if (password_hash(name).empty()) return no_user(name);
  const auto changed = database_->transaction([&]() -> Status {
    Statement end(*database_, "DELETE FROM session WHERE user = ? AND id <> ?");
    if (auto ended = done(end.bind(name).bind(kept_session)); !ended) return ended;
    Statement set(*database_, "UPDATE user SET password = ? WHERE name = ?");
    return done(set.bind(hash).bind(name));
  });
  return changed ? load() : changed;
}

Status Accounts::set_scope(const std::string& name, Scope scope) {
  std::lock_guard disk(disk_);
  if (auto fresh = load(); !fresh) return fresh;
  if (password_hash(name).empty()) return no_user(name);
  Statement set(*database_, "UPDATE user SET scope = ? WHERE name = ?");
  set.bind(net::to_string(scope)).bind(name);
  return write(set);
}

Status Accounts::remove_user(const std::string& name) {
  std::lock_guard disk(disk_);
  if (auto fresh = load(); !fresh) return fresh;
  if (password_hash(name).empty()) return no_user(name);
  Statement remove(*database_, "DELETE FROM user WHERE name = ?");
  remove.bind(name);
  return write(remove);
}

core::Result<std::string> Accounts::add_token(const std::string& name, Scope scope,
                                              std::optional<std::chrono::seconds> lasts) {
  if (auto good = core::check_name("token", name); !good) return good.error();
  std::lock_guard disk(disk_);
  if (auto fresh = load(); !fresh) return fresh.error();
  const auto known = tokens();
  if (known.size() >= tokens_max) {
    return Error{Code::bad_input, fmt::format("there are {} tokens already", tokens_max)};
  }
  for (const auto& token : known) {
    if (token.name == name) {
      return Error{Code::exists, fmt::format("there is a token '{}' already", name)};
    }
  }
  std::string secret = new_secret();
  const auto now = clock_.now();
  Statement add(*database_,
                "INSERT INTO token (name, scope, hash, created, expires) VALUES (?, ?, ?, ?, ?)");
  add.bind(name).bind(net::to_string(scope)).bind(secret_hash(secret, token_purpose));
  add.bind(core::to_rfc3339(now)).bind(lasts ? core::to_rfc3339(now + *lasts) : "");
  if (auto written = write(add); !written) return written.error();
  return secret;
}

Status Accounts::remove_token(const std::string& name) {
  std::lock_guard disk(disk_);
  if (auto fresh = load(); !fresh) return fresh;
  const auto known = tokens();
  if (std::none_of(known.begin(), known.end(), [&](auto& token) { return token.name == name; })) {
    return Error{Code::not_found, fmt::format("there is no token '{}'", core::printable(name))};
  }
  Statement remove(*database_, "DELETE FROM token WHERE name = ?");
  remove.bind(name);
  return write(remove);
}

core::Result<std::string> Accounts::open_session(const std::string& user, const std::string& peer,
                                                 const std::string& agent) {
  std::lock_guard disk(disk_);
  if (auto fresh = load(); !fresh) return fresh.error();
  if (password_hash(user).empty()) return no_user(user);
  std::string secret = new_secret();
  const std::string now = core::to_rfc3339(clock_.now());
  const auto changed = database_->transaction([&]() -> Status {
    Statement trim(*database_,
                   "DELETE FROM session WHERE user = ?1 AND id NOT IN (SELECT id FROM session"
                   " WHERE user = ?1 ORDER BY used DESC LIMIT ?2)");
    trim.bind(user).bind(int64_t(sessions_of_user_max - 1));
    if (auto trimmed = done(trim); !trimmed) return trimmed;
    Statement add(*database_, "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)");
    add.bind(new_id()).bind(secret_hash(secret, session_purpose)).bind(user).bind(now).bind(now);
    return done(add.bind(peer).bind(core::printable(agent, agent_bytes_max)));
  });
  if (!changed) return changed.error();
  if (auto fresh = load(); !fresh) return fresh.error();
  return secret;
}

Status Accounts::end_session(const std::string& id) {
  std::lock_guard disk(disk_);
  Statement end(*database_, "DELETE FROM session WHERE id = ?");
  end.bind(id);
  return write(end);
}

// --- memory -------------------------------------------------------------------------------------

// What is to be written of when things were used, and forgotten.
struct Accounts::Unwritten {
  std::vector<Session> sessions;
  std::vector<Token> tokens;
  std::vector<std::string> old_sessions;
  bool empty() const { return sessions.empty() && tokens.empty() && old_sessions.empty(); }
};

Accounts::Unwritten Accounts::unwritten() const {
  std::lock_guard lock(mutex_);
  Unwritten uses;
  for (const auto& [hash, kept] : sessions_) {
    if (expired(kept.session)) uses.old_sessions.push_back(kept.session.id);
    if (kept.unwritten_use) uses.sessions.push_back(kept.session);
  }
  for (const auto& [hash, kept] : tokens_) {
    if (kept.unwritten_use) uses.tokens.push_back(kept.token);
  }
  return uses;
}

Status Accounts::write_uses(const Unwritten& uses) {
  for (const auto& session : uses.sessions) {
    Statement note(*database_, "UPDATE session SET used = ? WHERE id = ?");
    note.bind(core::to_rfc3339(session.used)).bind(session.id);
    if (auto noted = done(note); !noted) return noted;
  }
  for (const auto& token : uses.tokens) {
    Statement note(*database_, "UPDATE token SET used = ? WHERE name = ?");
    note.bind(core::to_rfc3339(*token.used)).bind(token.name);
    if (auto noted = done(note); !noted) return noted;
  }
  for (const auto& id : uses.old_sessions) {
    Statement end(*database_, "DELETE FROM session WHERE id = ?");
    if (auto ended = done(end.bind(id)); !ended) return ended;
  }
  return {};
}

Status Accounts::refresh() {
  std::lock_guard disk(disk_);
  const Unwritten uses = unwritten();
  if (!uses.empty()) {
    auto written = database_->transaction([&] { return write_uses(uses); });
    if (!written) return written;
    std::lock_guard lock(mutex_);
    for (auto& [hash, kept] : sessions_) kept.unwritten_use = false;
    for (auto& [hash, kept] : tokens_) kept.unwritten_use = false;
  }
  if (!uses.old_sessions.empty() || database_->data_version() != seen_version_) return load();
  return {};
}

Status Accounts::load() {
  seen_version_ = database_->data_version();
  if (auto read = load_users(); !read) return read;
  if (auto read = load_tokens(); !read) return read;
  return load_sessions();
}

Status Accounts::load_users() {
  std::map<std::string, KeptUser> users;
  Statement ask(*database_, "SELECT name, scope, password, created FROM user");
  while (ask.row()) {
    const std::string name = ask.text(0);
    users[name] = {{name, scope_of(ask.text(1)), time_of(ask.text(3))}, ask.text(2)};
  }
  if (ask.failed()) return database_->failure("reading");
  std::lock_guard lock(mutex_);
  users_ = std::move(users);
  return {};
}

Status Accounts::load_tokens() {
  std::map<std::string, KeptToken> tokens;
  Statement ask(*database_, "SELECT name, scope, hash, created, expires, used FROM token");
  while (ask.row()) {
    tokens[ask.text(2)] = {{ask.text(0), scope_of(ask.text(1)), time_of(ask.text(3)),
                            maybe_time_of(ask.text(4)), maybe_time_of(ask.text(5))},
                           false};
  }
  if (ask.failed()) return database_->failure("reading");
  std::lock_guard lock(mutex_);
  for (auto& [hash, kept] : tokens) {  // uses that are not on the disk yet
    const auto known = tokens_.find(hash);
    if (known == tokens_.end() || !known->second.unwritten_use) continue;
    kept.token.used = known->second.token.used;
    kept.unwritten_use = true;
  }
  tokens_ = std::move(tokens);
  return {};
}

Status Accounts::load_sessions() {
  std::map<std::string, KeptSession> sessions;
  std::map<std::string, std::string> hashes;
  Statement ask(*database_, "SELECT hash, id, user, created, used, peer, agent FROM session");
  while (ask.row()) {
    sessions[ask.text(0)] = {{ask.text(1), ask.text(2), time_of(ask.text(3)), time_of(ask.text(4)),
                              ask.text(5), ask.text(6)},
                             false};
    hashes[ask.text(1)] = ask.text(0);
  }
  if (ask.failed()) return database_->failure("reading");
  std::lock_guard lock(mutex_);
  for (auto& [hash, kept] : sessions) {  // uses that are not on the disk yet
    const auto known = sessions_.find(hash);
    if (known == sessions_.end() || !known->second.unwritten_use) continue;
    kept.session.used = known->second.session.used;
    kept.unwritten_use = true;
  }
  sessions_ = std::move(sessions);
  hashes_ = std::move(hashes);
  return {};
}

}  // namespace fovea::auth
