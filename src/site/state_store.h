#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/result.h"

struct sqlite3;

namespace fovea::site {

// What the page or the API has changed about one device; empty: not changed.
struct Override {
  std::optional<std::string> model;
  std::optional<double> fps_max;
  std::optional<double> weight;
  std::optional<bool> gating;
  bool operator==(const Override&) const = default;
};
using Overrides = std::map<std::string, Override>;

// The site's memory across restarts: SQLite in DIR/site.db. DIR belongs to this user alone (0700)
// and to one running site at a time (a lock on DIR/lock). The schema has a version; older ones
// are migrated in one transaction, newer ones are refused untouched.
// Threads: any.
class StateStore {
 public:
  // Makes the folder where it is missing. Errors: busy (another site runs with it), denied (it is
  // another user's, or not writable), unsupported (a newer version wrote it), io (damaged).
  static core::Result<std::unique_ptr<StateStore>> open(const std::string& dir);
  ~StateStore();

  core::Result<Overrides> overrides() const;
  // Replaces all that is kept for the device. Errors: io; then nothing has changed.
  core::Status set_override(const std::string& device, const Override& values);

 private:
  StateStore(std::string file, int lock, sqlite3* database)
      : file_(std::move(file)), lock_(lock), database_(database) {}
  core::Status migrate();
  core::Status execute(const char* sql) const;
  core::Error failure(const std::string& doing) const;

  const std::string file_;
  const int lock_;
  sqlite3* const database_;
  mutable std::mutex mutex_;  // one statement at a time, so that errors are its own
};

}  // namespace fovea::site
