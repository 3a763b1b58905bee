#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "auth/database.h"
#include "core/result.h"
#include "site/device_view.h"

namespace fovea::site {

// What the page or the API has changed about one device; empty: not changed.
struct Override {
  std::optional<std::string> model;
  std::optional<double> fps_max;
  std::optional<double> weight;
  std::optional<bool> gating;
  std::optional<std::string> name;
  std::optional<bool> paused;
  std::optional<ResultsFrom> results_from;
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

  // Texts by name: the rules that the page has made or changed, and what rules remember over a
  // restart.
  using Texts = std::map<std::string, std::string>;
  core::Result<Texts> rules() const;
  core::Status set_rule(const std::string& name, const std::string& text);
  core::Status remove_rule(const std::string& name);
  core::Result<Texts> rule_memories() const;
  core::Status set_rule_memories(const Texts& memories);  // replaces all

  // What somebody has decided about devices that nobody had named: true is accepted, false ignored.
  // At the first start over a state from before, every device is accepted that has an override or
  // a rule there.
  using Decisions = std::map<std::string, bool>;
  core::Result<Decisions> decisions() const;
  core::Status set_decision(const std::string& device, std::optional<bool> accepted);
  // Those with an account on the site's bus (BusAccounts); `fovea device` changes them meanwhile.
  core::Result<std::set<std::string>> bus_devices(const std::string& site) const;
  int64_t data_version() const;  // changes when another connection has written

 private:
  core::Result<Texts> texts(const char* select) const;
  StateStore(int lock, std::unique_ptr<auth::Database> database)
      : lock_(lock), database_(std::move(database)) {}

  const int lock_;
  const std::unique_ptr<auth::Database> database_;
  mutable std::mutex mutex_;  // one statement at a time, so that errors are its own
};

// The version of the schema that this program writes.
int64_t state_version();

// The same folder for a command beside the site: made and migrated where needed, not locked.
// Returns the database's file, for auth::Accounts. Errors: as StateStore::open() but busy.
core::Result<std::string> prepare_state(const std::string& dir);

}  // namespace fovea::site
