#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "stream/item.h"
#include "wire/alert_event.h"

namespace fovea::stream {

// What turns over when something has lasted: raised after `for_s` seconds without a break, ended
// after `clear_s`. All in event time. Where nobody looked for longer than latch_gap_max, both
// durations begin anew: what was not seen is not counted. Private to this module.
class Latch {
 public:
  Latch(double for_s, double clear_s) : for_s_(for_s), clear_s_(clear_s) {}

  // Takes whether what was seen at `time` speaks for the other side. Null: it has turned over now;
  // else why not, as a reason for Output::end().
  const char* take(core::Timestamp time, bool turns);

  // What of an alert is the same whatever was looked at; `item` has turned it over.
  wire::Alert alert(const Item& item) const;

  bool raised() const { return raised_; }
  core::Timestamp since() const { return since_; }  // when what is, or was, raised began

  std::string snapshot() const;
  core::Status restore(std::string_view text);

 private:
  const double for_s_;
  const double clear_s_;
  bool raised_ = false;
  core::Timestamp since_;
  std::optional<core::Timestamp> pending_since_;  // since when all speaks for the other side
  std::optional<core::Timestamp> newest_;
};

inline constexpr auto latch_gap_max = std::chrono::seconds(10);

double seconds_between(core::Timestamp from, core::Timestamp to);

}  // namespace fovea::stream
