#include "auth/accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/secret.h"
#include "core/ids.h"

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

namespace {

constexpr const char* session_purpose = "session";
constexpr const char* token_purpose = "token";
constexpr size_t agent_bytes_max = 200;
constexpr auto use_precision = std::chrono::minutes(1);

core::Timestamp time_of(const std::string& text) {
  const auto time = core::parse_rfc3339(text);
  return time ? *time : core::Timestamp();
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
    if (auto made = (*database)->execute(account_tables); !made) return made.error();
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

std::optional<Identity> Accounts::by_token(const std::string& secret) const {
  const std::string hash = secret_hash(secret, token_purpose);
  std::lock_guard lock(mutex_);
  const auto found = tokens_.find(hash);
  if (found == tokens_.end()) return std::nullopt;
  const Token& token = found->second.token;
  return Identity{Identity::Kind::token, token.scope, token.name, hash};
}

bool Accounts::valid(const Identity& identity) const {
  std::lock_guard lock(mutex_);
  if (identity.kind == Identity::Kind::token) {
    const auto found = tokens_.find(identity.id);
    return found != tokens_.end() && found->second.token.scope == identity.scope;
  }
  if (identity.kind != Identity::Kind::session) return true;
  const auto user = users_.find(identity.name);
  if (user == users_.end() || user->second.user.scope != identity.scope) return false;
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    return entry.second.session.id == identity.id && !expired(entry.second.session);
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

// --- changes ------------------------------------------------------------------------------------

Status Accounts::write(Statement& statement) {
  if (!statement.done()) return database_->failure("writing");
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
  Statement end(*database_, "DELETE FROM session WHERE user = ? AND id <> ?");
  if (!end.bind(name).bind(kept_session).done()) return database_->failure("writing");
  Statement set(*database_, "UPDATE user SET password = ? WHERE name = ?");
  set.bind(hash).bind(name);
  return write(set);
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

core::Result<std::string> Accounts::add_token(const std::string& name, Scope scope) {
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
  Statement add(*database_, "INSERT INTO token VALUES (?, ?, ?, ?)");
  add.bind(name).bind(net::to_string(scope)).bind(secret_hash(secret, token_purpose));
  add.bind(core::to_rfc3339(clock_.now()));
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
  if (auto room = make_room_for_session(user); !room) return room.error();
  std::string secret = new_secret();
  const std::string now = core::to_rfc3339(clock_.now());
  Statement add(*database_, "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)");
  add.bind(new_id()).bind(secret_hash(secret, session_purpose)).bind(user).bind(now).bind(now);
  add.bind(peer).bind(core::printable(agent, agent_bytes_max));
  if (auto written = write(add); !written) return written.error();
  return secret;
}

Status Accounts::make_room_for_session(const std::string& user) {
  Statement trim(*database_,
                 "DELETE FROM session WHERE user = ?1 AND id NOT IN (SELECT id FROM session"
                 " WHERE user = ?1 ORDER BY used DESC LIMIT ?2)");
  trim.bind(user).bind(int64_t(sessions_of_user_max - 1));
  return trim.done() ? Status() : database_->failure("writing");
}

Status Accounts::end_session(const std::string& id) {
  std::lock_guard disk(disk_);
  Statement end(*database_, "DELETE FROM session WHERE id = ?");
  end.bind(id);
  return write(end);
}

// --- memory -------------------------------------------------------------------------------------

Status Accounts::refresh() {
  std::lock_guard disk(disk_);
  std::vector<Session> used;
  std::vector<std::string> old;
  {
    std::lock_guard lock(mutex_);
    for (auto& [hash, kept] : sessions_) {
      if (expired(kept.session)) old.push_back(kept.session.id);
      if (std::exchange(kept.unwritten_use, false)) used.push_back(kept.session);
    }
  }
  for (const auto& session : used) {
    Statement note(*database_, "UPDATE session SET used = ? WHERE id = ?");
    note.bind(core::to_rfc3339(session.used)).bind(session.id);
    if (!note.done()) return database_->failure("writing");
  }
  for (const auto& id : old) {
    Statement end(*database_, "DELETE FROM session WHERE id = ?");
    if (!end.bind(id).done()) return database_->failure("writing");
  }
  if (!old.empty() || database_->data_version() != seen_version_) return load();
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
  Statement ask(*database_, "SELECT name, scope, hash, created FROM token");
  while (ask.row()) {
    const std::string hash = ask.text(2);
    tokens[hash] = {{ask.text(0), scope_of(ask.text(1)), time_of(ask.text(3))}, hash};
  }
  if (ask.failed()) return database_->failure("reading");
  std::lock_guard lock(mutex_);
  tokens_ = std::move(tokens);
  return {};
}

Status Accounts::load_sessions() {
  std::map<std::string, KeptSession> sessions;
  Statement ask(*database_, "SELECT hash, id, user, created, used, peer, agent FROM session");
  while (ask.row()) {
    sessions[ask.text(0)] = {{ask.text(1), ask.text(2), time_of(ask.text(3)), time_of(ask.text(4)),
                              ask.text(5), ask.text(6)},
                             false};
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
  return {};
}

}  // namespace fovea::auth
