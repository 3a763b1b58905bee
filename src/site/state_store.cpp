#include "site/state_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "auth/accounts.h"
#include "site/added_cameras.h"
#include "site/bus_accounts.h"

namespace fovea::site {
namespace {

// One step each from version i to i + 1; never edited once released, only appended.
const std::vector<const char*>& migrations() {
  static const std::vector<const char*> steps = {
      "CREATE TABLE override (device TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
      " PRIMARY KEY (device, key)) WITHOUT ROWID",
      "CREATE TABLE rule (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE rule_memory (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID",
      auth::account_tables,
      bus_account_table,
      added_camera_table,
      "CREATE TABLE known_device (device TEXT PRIMARY KEY, accepted INTEGER NOT NULL)"
      " WITHOUT ROWID;"
      "INSERT INTO known_device SELECT DISTINCT device, 1 FROM override;"
      "INSERT OR IGNORE INTO known_device SELECT device, 1 FROM"
      " (SELECT CASE WHEN json_valid(text) THEN json_extract(text, '$.device') END AS device"
      " FROM rule) WHERE typeof(device) = 'text'",
      auth::token_times,
  };
  return steps;
}

core::Status make_private_folder(const std::string& dir) {
  std::error_code failure;
  const auto parent = std::filesystem::path(dir).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, failure);
  if (mkdir(dir.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) {
    return core::Error{core::Code::denied, fmt::format("the state folder {} cannot be made: {}",
                                                       dir, std::strerror(errno))};
  }
  struct stat found {};
  if (stat(dir.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return core::Error{core::Code::bad_input, fmt::format("{} is not a folder", dir)};
  }
  if (found.st_uid != geteuid()) {
    return core::Error{core::Code::denied,
                       fmt::format("the state folder {} belongs to another user", dir)};
  }
  if ((found.st_mode & 077) != 0 && chmod(dir.c_str(), 0700) != 0) {
    return core::Error{core::Code::denied,
                       fmt::format("the state folder {} is open to others and cannot be closed: {}",
                                   dir, std::strerror(errno))};
  }
  return {};
}

core::Result<int> lock_folder(const std::string& dir) {
  const std::string file = dir + "/lock";
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return core::Error{core::Code::denied,
                       fmt::format("{} cannot be written: {}", file, std::strerror(errno))};
  }
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return core::Error{core::Code::busy,
                       fmt::format("another site runs with the state folder {}; stop it, or give "
                                   "this one a folder of its own with --state",
                                   dir)};
  }
  return lock;
}

// Opened and migrated.
core::Result<std::unique_ptr<auth::Database>> open_database(const std::string& file) {
  auto database = auth::Database::open(file);
  if (!database) return database.error();
  if (auto migrated = (*database)->migrate(migrations()); !migrated) return migrated.error();
  return database;
}

std::string file_in(const std::string& dir) { return dir + "/site.db"; }

}  // namespace

core::Result<std::unique_ptr<StateStore>> StateStore::open(const std::string& dir) {
  if (auto made = make_private_folder(dir); !made) return made.error();
  const auto lock = lock_folder(dir);
  if (!lock) return lock.error();
  auto database = open_database(file_in(dir));
  if (!database) {
    ::close(*lock);
    return database.error();
  }
  return std::unique_ptr<StateStore>(new StateStore(*lock, *std::move(database)));
}

StateStore::~StateStore() { ::close(lock_); }  // and with it the lock

int64_t state_version() { return static_cast<int64_t>(migrations().size()); }

core::Result<std::string> prepare_state(const std::string& dir) {
  if (auto made = make_private_folder(dir); !made) return made.error();
  const auto database = open_database(file_in(dir));
  if (!database) return database.error();
  return file_in(dir);
}

core::Result<Overrides> StateStore::overrides() const {
  std::lock_guard lock(mutex_);
  Overrides overrides;
  auth::Statement ask(*database_, "SELECT device, key, value FROM override");
  while (ask.row()) {
    Override& values = overrides[ask.text(0)];
    const std::string key = ask.text(1);
    if (key == "model") values.model = ask.text(2);
    if (key == "fps_max") values.fps_max = ask.number(2);
    if (key == "weight") values.weight = ask.number(2);
    if (key == "gating") values.gating = ask.text(2) == "on";
    if (key == "name") values.name = ask.text(2);
    if (key == "paused") values.paused = ask.text(2) == "on";
    if (key == "results_from") {
      values.results_from = ask.text(2) == "device" ? ResultsFrom::device : ResultsFrom::site;
    }
  }
  if (ask.failed()) return database_->failure("reading");
  return overrides;
}

core::Status StateStore::set_override(const std::string& device, const Override& values) {
  std::map<std::string, std::string> rows;
  if (values.model) rows["model"] = *values.model;
  if (values.fps_max) rows["fps_max"] = fmt::format("{}", *values.fps_max);
  if (values.weight) rows["weight"] = fmt::format("{}", *values.weight);
  if (values.gating) rows["gating"] = *values.gating ? "on" : "off";
  if (values.name) rows["name"] = *values.name;
  if (values.paused) rows["paused"] = *values.paused ? "on" : "off";
  if (values.results_from) rows["results_from"] = to_string(*values.results_from);

  std::lock_guard lock(mutex_);
  if (auto begun = database_->execute("BEGIN IMMEDIATE"); !begun) return begun;
  auth::Statement clear(*database_, "DELETE FROM override WHERE device = ?");
  bool good = clear.bind(device).done();
  for (const auto& [key, value] : rows) {
    auth::Statement add(*database_, "INSERT INTO override VALUES (?, ?, ?)");
    good = good && add.bind(device).bind(key).bind(value).done();
  }
  if (!good) {
    const core::Error error = database_->failure("writing");
    (void)database_->execute("ROLLBACK");
    return error;
  }
  return database_->commit();
}

core::Result<StateStore::Texts> StateStore::texts(const char* select) const {
  std::lock_guard lock(mutex_);
  Texts texts;
  auth::Statement ask(*database_, select);
  while (ask.row()) texts[ask.text(0)] = ask.text(1);
  if (ask.failed()) return database_->failure("reading");
  return texts;
}

core::Result<StateStore::Texts> StateStore::rules() const {
  return texts("SELECT name, text FROM rule");
}

core::Result<StateStore::Texts> StateStore::rule_memories() const {
  return texts("SELECT name, text FROM rule_memory");
}

core::Status StateStore::set_rule(const std::string& name, const std::string& text) {
  std::lock_guard lock(mutex_);
  auth::Statement put(*database_, "INSERT OR REPLACE INTO rule VALUES (?, ?)");
  if (!put.bind(name).bind(text).done()) return database_->failure("writing");
  return {};
}

core::Status StateStore::remove_rule(const std::string& name) {
  std::lock_guard lock(mutex_);
  auth::Statement clear(*database_, "DELETE FROM rule WHERE name = ?");
  if (!clear.bind(name).done()) return database_->failure("writing");
  return {};
}

core::Status StateStore::set_rule_memories(const Texts& memories) {
  std::lock_guard lock(mutex_);
  if (auto begun = database_->execute("BEGIN IMMEDIATE"); !begun) return begun;
  bool good = static_cast<bool>(database_->execute("DELETE FROM rule_memory"));
  for (const auto& [name, text] : memories) {
    auth::Statement add(*database_, "INSERT INTO rule_memory VALUES (?, ?)");
    good = good && add.bind(name).bind(text).done();
  }
  if (!good) {
    const core::Error error = database_->failure("writing");
    (void)database_->execute("ROLLBACK");
    return error;
  }
  return database_->commit();
}

core::Result<StateStore::Decisions> StateStore::decisions() const {
  std::lock_guard lock(mutex_);
  Decisions decisions;
  auth::Statement ask(*database_, "SELECT device, accepted FROM known_device");
  while (ask.row()) decisions[ask.text(0)] = ask.integer(1) != 0;
  if (ask.failed()) return database_->failure("reading");
  return decisions;
}

core::Status StateStore::set_decision(const std::string& device, std::optional<bool> accepted) {
  std::lock_guard lock(mutex_);
  auth::Statement change(*database_, accepted ? "INSERT OR REPLACE INTO known_device VALUES (?, ?)"
                                              : "DELETE FROM known_device WHERE device = ?");
  change.bind(device);
  if (accepted) change.bind(int64_t{*accepted});
  return change.done() ? core::Status() : database_->failure("writing");
}

core::Result<std::set<std::string>> StateStore::bus_devices(const std::string& site) const {
  std::lock_guard lock(mutex_);
  std::set<std::string> devices;
  auth::Statement ask(*database_, "SELECT device FROM bus_account WHERE site = ? AND device <> ''");
  ask.bind(site);
  while (ask.row()) devices.insert(ask.text(0));
  if (ask.failed()) return database_->failure("reading");
  return devices;
}

int64_t StateStore::data_version() const {
  std::lock_guard lock(mutex_);
  return database_->data_version();
}

}  // namespace fovea::site
