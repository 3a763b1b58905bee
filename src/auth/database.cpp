#include "auth/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace fovea::auth {

namespace {
constexpr int busy_limit_ms = 2000;
}

core::Result<std::unique_ptr<Database>> Database::open(const std::string& file) {
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(file.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(file, handle));
  if (opened != SQLITE_OK) return database->failure("opening");
  sqlite3_busy_timeout(handle, busy_limit_ms);
  if (auto set = database->execute("PRAGMA foreign_keys = ON"); !set) return set.error();
  return database;
}

Database::~Database() { sqlite3_close(handle_); }

core::Error Database::failure(const std::string& doing) const {
  const bool is_full = (sqlite3_errcode(handle_) & 0xff) == SQLITE_FULL;
  return {is_full ? core::Code::busy : core::Code::io,
          fmt::format("{} {}: {}", doing, file_, sqlite3_errmsg(handle_))};
}

core::Status Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure("writing");
}

core::Status Database::migrate(const std::vector<const char*>& steps) {
  if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
  const auto give_up = [this](core::Error error) {
    (void)execute("ROLLBACK");
    return error;
  };
  int64_t version = 0;
  {
    Statement ask(*this, "PRAGMA user_version");
    if (!ask.row()) return give_up(failure("reading"));
    version = ask.integer(0);
  }
  const auto newest = int64_t(steps.size());
  if (version > newest) {
    return give_up(
        {core::Code::unsupported,
         fmt::format("{} was written by a newer Fovea (its version {}, this program knows {}); "
                     "update this program or use another --state folder",
                     file_, version, newest)});
  }
  for (int64_t step = version; step < newest; ++step) {
    if (auto done = execute(steps[size_t(step)]); !done) return give_up(done.error());
  }
  if (version < newest) {
    if (auto done = execute(fmt::format("PRAGMA user_version = {}", newest)); !done) {
      return give_up(done.error());
    }
  }
  return commit();
}

core::Status Database::transaction(const std::function<core::Status()>& changes) {
  if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
  if (auto made = changes(); !made) {
    (void)execute("ROLLBACK");
    return made;
  }
  return commit();
}

core::Status Database::commit() {
  auto kept = execute("COMMIT");
  if (!kept) (void)execute("ROLLBACK");
  return kept;
}

int64_t Database::data_version() {
  Statement ask(*this, "PRAGMA data_version");
  return ask.row() ? ask.integer(0) : -1;
}

Statement::Statement(Database& database, const char* sql) {
  failed_ = sqlite3_prepare_v2(database.handle(), sql, -1, &statement_, nullptr) != SQLITE_OK;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(const std::string& text) {
  sqlite3_bind_text(statement_, ++bound_, text.data(), int(text.size()), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(int64_t number) {
  sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

bool Statement::row() {
  const int step = failed_ ? SQLITE_ERROR : sqlite3_step(statement_);
  failed_ = step != SQLITE_ROW && step != SQLITE_DONE;
  return step == SQLITE_ROW;
}

bool Statement::done() {
  while (row()) {
  }
  return !failed_;
}

std::string Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_, column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes), size_t(sqlite3_column_bytes(statement_, column))};
}

double Statement::number(int column) const { return sqlite3_column_double(statement_, column); }

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

}  // namespace fovea::auth
