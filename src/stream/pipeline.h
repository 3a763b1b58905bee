#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/metrics.h"
#include "stream/rule.h"

namespace fovea::stream {

// How a rule is doing.
struct RuleStatus {
  std::optional<Measurement> measured;    // the newest
  std::optional<core::Timestamp> time;    // of the newest thing it looked at
  std::optional<core::Timestamp> raised;  // since when it is; empty: it is not
  uint64_t alerts = 0;                    // raised ones that went to the sinks
  std::string problem;                    // why it cannot work; empty: none
};

// One running rule: its operators in a row. Keeps event time in order: what comes late by up to
// pipeline_lateness_max is dropped and counted; a time that lies further back, or is another
// clock's, means that a clock was set, and everything begins anew.
// Threads: one at a time.
class Pipeline {
 public:
  Pipeline(const Rule& rule, core::Metrics& metrics);
  ~Pipeline();

  const Rule& rule() const { return rule_; }
  const RuleStatus& status() const { return status_; }

  // `seen` is what the rule takes(). Returns the alerts that come out.
  std::vector<wire::Alert> take(const Item& seen);
  std::vector<wire::Alert> take(const ObservationPtr& seen) { return take(to_item(seen)); }

  // What all operators remember, as JSON; restore() takes it where the rule is the same.
  std::string snapshot() const;
  core::Status restore(std::string_view snapshot);

 private:
  class Stage;

  void start();
  bool is_in_order(const Item& seen);
  void feed(size_t at, const Item& item);
  void note(const Item& item);

  const Rule rule_;
  core::Metrics& metrics_;
  RuleStatus status_;
  std::vector<std::unique_ptr<Operator>> operators_;
  std::vector<std::string> complaints_;                      // of each operator
  std::vector<wire::Alert> made_;                            // by the call that is running
  wire::TimeSource time_source_ = wire::TimeSource::camera;  // of status_.time
};

// Results of a device come in their order; this is for frames that did not.
inline constexpr auto pipeline_lateness_max = std::chrono::seconds(2);

}  // namespace fovea::stream
