#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fovea::auth {

// An SQLite file with a version and its migrations. Several connections, of several processes, may
// be open; each waits up to 2 s for another's write. Threads: one at a time.
class Database {
 public:
  // Makes the file where it is missing (the folder must be there); ":memory:" lives only here.
  // Errors: io.
  static core::Result<std::unique_ptr<Database>> open(const std::string& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Step i leads from version i to i + 1; all that are missing run in one transaction. Errors:
  // unsupported (a newer program wrote it; then it is untouched), io.
  core::Status migrate(const std::vector<const char*>& steps);

  core::Status execute(const std::string& sql);
  // All of `changes`, or nothing where it fails. Errors: its own, and those of execute().
  core::Status transaction(const std::function<core::Status()>& changes);
  // Ends a transaction; one that cannot be kept is rolled back: left open, as on a full disk, it
  // would keep every later change out.
  core::Status commit();
  // SQLite's last word as an error: busy (the disk is full), io.
  core::Error failure(const std::string& doing) const;
  // Changes when another connection has written.
  int64_t data_version();
  sqlite3* handle() const { return handle_; }

 private:
  Database(std::string file, sqlite3* handle) : file_(std::move(file)), handle_(handle) {}
  const std::string file_;
  sqlite3* const handle_;
};

// A prepared statement, finalised at the end of its scope. Parameters are bound in their order.
class Statement {
 public:
  Statement(Database& database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(const std::string& text);
  Statement& bind(int64_t number);
  bool row();   // the next row
  bool done();  // runs to the end; false: it failed
  bool failed() const { return failed_; }
  std::string text(int column) const;
  double number(int column) const;
  int64_t integer(int column) const;

 private:
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
  bool failed_ = false;
};

}  // namespace fovea::auth
