#include "stream/latch.h"

#include "stream/snapshot.h"

namespace fovea::stream {

double seconds_between(core::Timestamp from, core::Timestamp to) {
  return std::chrono::duration<double>(to - from).count();
}

const char* Latch::take(core::Timestamp time, bool turns) {
  if (newest_ && time - *newest_ > latch_gap_max) pending_since_.reset();
  newest_ = time;
  if (!turns) {
    pending_since_.reset();
    return raised_ ? "still_raised" : "quiet";
  }
  if (!pending_since_) pending_since_ = time;
  if (seconds_between(*pending_since_, time) < (raised_ ? clear_s_ : for_s_)) return "too_short";
  raised_ = !raised_;
  if (raised_) since_ = *pending_since_;
  pending_since_.reset();
  return nullptr;
}

wire::Alert Latch::alert(const Item& item) const {
  wire::Alert alert;
  alert.stream = item.stream;
  alert.state = raised_ ? wire::AlertState::raised : wire::AlertState::ended;
  alert.time_source = item.time_source;
  alert.time = item.time;
  alert.since = since_;
  alert.frame_sequence = item.frame_sequence;
  return alert;
}

std::string Latch::snapshot() const {
  return write_snapshot({{"raised", raised_},
                         {"since", snapshot_time(since_)},
                         {"pending_since", snapshot_time(pending_since_)},
                         {"newest", snapshot_time(newest_)}});
}

core::Status Latch::restore(std::string_view text) {
  SnapshotReader reader(text);
  const bool raised = reader.flag("raised");
  const auto since = reader.time("since");
  const auto pending_since = reader.time("pending_since");
  const auto newest = reader.time("newest");
  if (auto status = reader.status(); !status) return status;
  raised_ = raised;
  since_ = since.value_or(core::Timestamp());
  pending_since_ = pending_since;
  newest_ = newest;
  return {};
}

}  // namespace fovea::stream
