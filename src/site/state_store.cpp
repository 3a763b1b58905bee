#include "site/state_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

namespace fovea::site {
namespace {

// One step each from version i to i + 1; never edited once released, only appended.
const std::vector<const char*>& migrations() {
  static const std::vector<const char*> steps = {
      "CREATE TABLE override (device TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
      " PRIMARY KEY (device, key)) WITHOUT ROWID",
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

// A prepared statement, finalised at the end of its scope.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) {
    sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(int at, const std::string& text) {
    sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  int step() { return statement_ ? sqlite3_step(statement_) : SQLITE_ERROR; }
  std::string text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_, column);
    return bytes ? std::string(reinterpret_cast<const char*>(bytes),
                               static_cast<size_t>(sqlite3_column_bytes(statement_, column)))
                 : std::string();
  }
  double number(int column) const { return sqlite3_column_double(statement_, column); }
  int integer(int column) const { return sqlite3_column_int(statement_, column); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

core::Result<std::unique_ptr<StateStore>> StateStore::open(const std::string& dir) {
  if (auto made = make_private_folder(dir); !made) return made.error();
  const auto lock = lock_folder(dir);
  if (!lock) return lock.error();
  const std::string file = dir + "/site.db";
  sqlite3* database = nullptr;
  const int opened =
      sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  std::unique_ptr<StateStore> store(new StateStore(file, *lock, database));
  if (opened != SQLITE_OK) return store->failure("opening");
  sqlite3_busy_timeout(database, 2000);
  if (auto migrated = store->migrate(); !migrated) return migrated.error();
  return store;
}

StateStore::~StateStore() {
  sqlite3_close(database_);
  ::close(lock_);  // and with it the lock
}

core::Error StateStore::failure(const std::string& doing) const {
  return {core::Code::io, fmt::format("{} {}: {}", doing, file_, sqlite3_errmsg(database_))};
}

core::Status StateStore::execute(const char* sql) const {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure("writing");
}

core::Status StateStore::migrate() {
  int version = 0;
  {
    Statement ask(database_, "PRAGMA user_version");
    if (ask.step() != SQLITE_ROW) return failure("reading");
    version = ask.integer(0);
  }
  const int newest = static_cast<int>(migrations().size());
  if (version > newest) {
    return core::Error{
        core::Code::unsupported,
        fmt::format("{} was written by a newer Fovea (its version {}, this program knows {}); "
                    "update this program or use another --state folder",
                    file_, version, newest)};
  }
  if (version == newest) return {};
  if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
  for (int step = version; step < newest; ++step) {
    if (auto done = execute(migrations()[static_cast<size_t>(step)]); !done) {
      (void)execute("ROLLBACK");
      return done;
    }
  }
  if (auto done = execute(fmt::format("PRAGMA user_version = {}", newest).c_str()); !done) {
    (void)execute("ROLLBACK");
    return done;
  }
  return execute("COMMIT");
}

core::Result<Overrides> StateStore::overrides() const {
  std::lock_guard lock(mutex_);
  Overrides overrides;
  Statement ask(database_, "SELECT device, key, value FROM override");
  int step = ask.step();
  for (; step == SQLITE_ROW; step = ask.step()) {
    Override& values = overrides[ask.text(0)];
    const std::string key = ask.text(1);
    if (key == "model") values.model = ask.text(2);
    if (key == "fps_max") values.fps_max = ask.number(2);
    if (key == "weight") values.weight = ask.number(2);
    if (key == "gating") values.gating = ask.text(2) == "on";
  }
  if (step != SQLITE_DONE) return failure("reading");
  return overrides;
}

core::Status StateStore::set_override(const std::string& device, const Override& values) {
  std::map<std::string, std::string> rows;
  if (values.model) rows["model"] = *values.model;
  if (values.fps_max) rows["fps_max"] = fmt::format("{}", *values.fps_max);
  if (values.weight) rows["weight"] = fmt::format("{}", *values.weight);
  if (values.gating) rows["gating"] = *values.gating ? "on" : "off";

  std::lock_guard lock(mutex_);
  if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
  Statement clear(database_, "DELETE FROM override WHERE device = ?");
  clear.bind(1, device);
  bool good = clear.step() == SQLITE_DONE;
  for (const auto& [key, value] : rows) {
    Statement add(database_, "INSERT INTO override VALUES (?, ?, ?)");
    add.bind(1, device);
    add.bind(2, key);
    add.bind(3, value);
    good = good && add.step() == SQLITE_DONE;
  }
  if (!good) {
    const core::Error error = failure("writing");
    (void)execute("ROLLBACK");
    return error;
  }
  return execute("COMMIT");
}

}  // namespace fovea::site
