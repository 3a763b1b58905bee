#include "site/known_devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/ids.h"

namespace fovea::site {

using core::Code;
using core::Error;
using core::Status;

const char* to_string(UnknownDevices what) { return what == UnknownDevices::ask ? "ask" : "take"; }

KnownDevices::KnownDevices(std::string site, StateStore* store, const core::Context& context)
    : site_(std::move(site)),
      store_(store),
      context_(context.named("known devices")),
      waiting_count_(context.metrics.gauge("fovea_devices_waiting",
                                           "Unknown devices that publish and wait until somebody "
                                           "accepts them")) {}

Status KnownDevices::load() {
  if (!store_) return {};
  auto decisions = store_->decisions();
  if (!decisions) return decisions.error();
  {
    std::lock_guard lock(mutex_);
    decisions_ = *std::move(decisions);
  }
  refresh();
  return {};
}

void KnownDevices::refresh() {
  if (!store_) return;
  const int64_t version = store_->data_version();
  if (version == data_version_) return;
  auto accounts = store_->bus_devices(site_);
  if (!accounts) {
    context_.log.error("the accounts of devices cannot be read: {}", accounts.error().message);
    return;
  }
  data_version_ = version;
  std::lock_guard lock(mutex_);
  accounts_ = *std::move(accounts);
  drop_silent(context_.clock.steady());
}

void KnownDevices::configure(UnknownDevices what, std::set<std::string> named) {
  std::lock_guard lock(mutex_);
  named_ = std::move(named);
  what_ = what;
  if (what == UnknownDevices::take) waiting_.clear();
  waiting_count_.set(double(waiting_.size()));
}

void KnownDevices::set_own_cameras(std::set<std::string> names) {
  std::lock_guard lock(mutex_);
  own_cameras_ = std::move(names);
}

bool KnownDevices::is_known(const std::string& id) const {
  if (named_.contains(id) || own_cameras_.contains(id) || accounts_.contains(id)) return true;
  const auto decision = decisions_.find(id);
  return decision != decisions_.end() && decision->second;
}

KnownDevices::Verdict KnownDevices::judge(const std::string& id) {
  if (what_ == UnknownDevices::take) return Verdict::known;
  std::lock_guard lock(mutex_);
  if (is_known(id)) return Verdict::known;
  if (decisions_.contains(id)) return Verdict::ignored;
  const auto now = context_.clock.steady();
  const auto now_wall = context_.clock.now();
  auto found = waiting_.find(id);
  const bool is_new = found == waiting_.end();
  if (is_new) {
    if (!make_room(now)) return Verdict::left_out;
    found = waiting_.emplace(id, Waiting{now_wall, {}, {}, 0}).first;
    waiting_count_.set(double(waiting_.size()));
  }
  found->second.last = now;
  found->second.last_wall = now_wall;
  ++found->second.events;
  return is_new ? Verdict::begins_to_wait : Verdict::waits;
}

const char* KnownDevices::why_refused(Verdict verdict) {
  switch (verdict) {
    case Verdict::known: return nullptr;
    case Verdict::waits:
    case Verdict::begins_to_wait: return "unknown";
    case Verdict::left_out: return "unknown_left_out";
    case Verdict::ignored: return "ignored";
  }
  return "unknown";
}

bool KnownDevices::make_room(core::SteadyTime now) {
  if (waiting_.size() < waiting_max) return true;
  const auto silent =
      std::min_element(waiting_.begin(), waiting_.end(),
                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
  if (now - silent->second.last < room_after) return false;
  waiting_.erase(silent);
  return true;
}

// Known ones, too: an account or the configuration has named them meanwhile.
void KnownDevices::drop_silent(core::SteadyTime now) {
  std::erase_if(waiting_, [&](const auto& entry) {
    return now - entry.second.last >= waits_for || is_known(entry.first);
  });
  waiting_count_.set(double(waiting_.size()));
}

Status KnownDevices::decide(const std::string& id, bool accepted) {
  std::lock_guard one_at_a_time(change_mutex_);
  {
    std::lock_guard lock(mutex_);
    if (!decisions_.contains(id) && decisions_.size() >= decisions_max) {
      return Error{Code::busy, fmt::format("{} devices are accepted or ignored already, and that "
                                           "is the limit; forget those that are gone",
                                           decisions_max)};
    }
  }
  if (store_) {
    if (auto kept = store_->set_decision(id, accepted); !kept) return kept;
  }
  std::lock_guard lock(mutex_);
  decisions_[id] = accepted;
  waiting_.erase(id);
  waiting_count_.set(double(waiting_.size()));
  return {};
}

Status KnownDevices::accept(const std::string& id) {
  if (auto good = core::check_name("device", id); !good) return good;
  return decide(id, true);
}

Status KnownDevices::ignore(const std::string& id) {
  {
    std::lock_guard lock(mutex_);
    if (!waiting_.contains(id)) {
      return Error{Code::not_found,
                   fmt::format("no device '{}' waits to be accepted", core::printable(id))};
    }
  }
  return decide(id, false);
}

Status KnownDevices::forget(const std::string& id) {
  std::lock_guard one_at_a_time(change_mutex_);
  if (store_) {
    if (auto kept = store_->set_decision(id, std::nullopt); !kept) return kept;
  }
  std::lock_guard lock(mutex_);
  decisions_.erase(id);
  return {};
}

std::vector<WaitingDevice> KnownDevices::waiting() {
  std::lock_guard lock(mutex_);
  drop_silent(context_.clock.steady());
  std::vector<WaitingDevice> list;
  list.reserve(waiting_.size());
  for (const auto& [id, one] : waiting_) {
    list.push_back({id, one.since, one.last_wall, one.events});
  }
  return list;
}

std::vector<std::string> KnownDevices::ignored() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> list;
  for (const auto& [id, accepted] : decisions_) {
    if (!accepted) list.push_back(id);
  }
  return list;
}

}  // namespace fovea::site
