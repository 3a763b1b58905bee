#include "site/state_facts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "auth/database.h"

namespace fovea::site {

namespace fs = std::filesystem;

namespace {

bool is_locked(const std::string& file) {
  const int lock = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0) return false;
  const bool locked = flock(lock, LOCK_EX | LOCK_NB) != 0;
  ::close(lock);
  return locked;
}

core::Status count_rows(const std::string& file, StateFacts& facts) {
  auto database = auth::Database::open(file);
  if (!database) return database.error();
  {
    auth::Statement ask(**database, "PRAGMA user_version");
    if (!ask.row()) return (*database)->failure("reading");
    facts.version = ask.integer(0);
  }
  std::vector<std::string> tables;
  {
    auth::Statement ask(**database, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    while (ask.row()) tables.push_back(ask.text(0));
    if (ask.failed()) return (*database)->failure("reading");
  }
  for (const auto& table : tables) {
    auth::Statement ask(**database, fmt::format("SELECT count(*) FROM \"{}\"", table).c_str());
    if (!ask.row()) return (*database)->failure("reading");
    facts.rows[table] = ask.integer(0);
  }
  return {};
}

}  // namespace

core::Result<StateFacts> inspect_state(const std::string& dir) {
  StateFacts facts;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(dir, failure)) {
    std::error_code ignored;
    const auto mode = static_cast<unsigned>(entry.status(ignored).permissions()) & 07777U;
    const uint64_t bytes = entry.is_regular_file(ignored) ? entry.file_size(ignored) : 0;
    facts.files.push_back({entry.path().filename().string(), bytes, fmt::format("{:04o}", mode)});
  }
  if (failure) {
    const bool missing = failure == std::errc::no_such_file_or_directory;
    return core::Error{
        missing ? core::Code::not_found : core::Code::denied,
        fmt::format("the state folder {} cannot be read: {}", dir, failure.message())};
  }
  std::sort(facts.files.begin(), facts.files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  const std::string database = dir + "/site.db";
  if (!fs::exists(database, failure)) {
    return core::Error{core::Code::not_found, dir + " holds no state of a site"};
  }
  facts.in_use = is_locked(dir + "/lock");
  if (auto counted = count_rows(database, facts); !counted) return counted.error();
  return facts;
}

}  // namespace fovea::site
