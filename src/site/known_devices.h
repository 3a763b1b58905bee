#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/result.h"
#include "site/state_store.h"

namespace fovea::site {

// What a site does with devices that nobody has named.
enum class UnknownDevices { take, ask };
const char* to_string(UnknownDevices what);

// A device that publishes and waits until somebody accepts it.
struct WaitingDevice {
  std::string id;
  core::Timestamp since;
  core::Timestamp last;  // it was heard
  uint64_t events = 0;   // refused
};

// Who may come in. Known are the devices that the configuration names, the cameras of the site's
// own process, those with an account of `fovea device`, and those that somebody has accepted. With
// `ask` all others wait: their events are refused before anything is read of them, and their names
// stand in a list until somebody accepts or ignores them.
// Shows fovea_devices_waiting. Threads: any.
// Limits: waiting_max names wait. When that many do, the one that has been silent longest makes
// room, if it has been for `room_after`; else the new one is left out until there is room. A name
// that is silent for `waits_for` is forgotten. decisions_max names are accepted or ignored.
class KnownDevices {
 public:
  static constexpr size_t waiting_max = 64;
  static constexpr size_t decisions_max = 1024;
  static constexpr auto room_after = std::chrono::seconds(10);  // cameras speak every 2 s
  static constexpr auto waits_for = std::chrono::minutes(5);

  // `store` may be null: then decisions are forgotten at the end.
  KnownDevices(std::string site, StateStore* store, const core::Context& context);

  core::Status load();  // what the store keeps. Errors: io
  // Looks whether accounts have come or gone; to be called every second.
  void refresh();  // by one thread at a time
  void configure(UnknownDevices what, std::set<std::string> named);
  void set_own_cameras(std::set<std::string> names);  // before the first of them publishes

  enum class Verdict { known, waits, begins_to_wait, left_out, ignored };
  // Of a device that has published something; what it published counts as refused unless known.
  Verdict judge(const std::string& id);
  static const char* why_refused(Verdict verdict);  // a reason for the metric; null: known

  // Errors: bad_input (the name), busy (decisions_max), io (nothing has changed).
  core::Status accept(const std::string& id);
  core::Status ignore(const std::string& id);  // Errors: not_found (it does not wait), busy, io
  core::Status forget(const std::string& id);  // what was decided about it. Errors: io

  UnknownDevices unknown_devices() const { return what_; }
  std::vector<WaitingDevice> waiting();  // by id
  std::vector<std::string> ignored() const;

 private:
  struct Waiting {
    core::Timestamp since;
    core::Timestamp last_wall;
    core::SteadyTime last;
    uint64_t events = 0;
  };

  bool is_known(const std::string& id) const;  // under mutex_
  bool make_room(core::SteadyTime now);        // the same
  void drop_silent(core::SteadyTime now);      // the same
  core::Status decide(const std::string& id, bool accepted);

  const std::string site_;
  StateStore* const store_;
  const core::Context context_;
  core::Gauge& waiting_count_;
  std::atomic<UnknownDevices> what_ = UnknownDevices::take;
  int64_t data_version_ = -1;  // of refresh()
  std::mutex change_mutex_;    // one decision at a time: write the state, then apply

  mutable std::mutex mutex_;  // guards all below
  std::set<std::string> named_;
  std::set<std::string> own_cameras_;
  std::set<std::string> accounts_;
  StateStore::Decisions decisions_;
  std::map<std::string, Waiting> waiting_;
};

}  // namespace fovea::site
