#include "stream/threshold.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "stream/snapshot.h"

namespace fovea::stream {
namespace {

constexpr double value_max = 1e9;
constexpr double duration_max_s = 24 * 3600;

struct ThresholdPlan final : OperatorPlan {
  double above = 0;
  double below = 0;
  double for_s = 0;
  double clear_s = 0;

  std::unique_ptr<Operator> make() const override;
  nlohmann::ordered_json parameters() const override {
    return {{"above", above}, {"below", below}, {"for_s", for_s}, {"clear_s", clear_s}};
  }
};

double seconds(core::Timestamp from, core::Timestamp to) {
  return std::chrono::duration<double>(to - from).count();
}

class Threshold final : public Operator {
 public:
  explicit Threshold(const ThresholdPlan& plan) : plan_(plan) {}

  void take(size_t /*input*/, const Item& item, Output& output) override {
    const auto& measured = std::get<Measurement>(item.content);
    if (newest_ && item.time - *newest_ > threshold_gap_max) pending_since_.reset();
    newest_ = item.time;
    const bool turns = raised_ ? measured.value <= plan_.below : measured.value > plan_.above;
    if (!turns) {
      pending_since_.reset();
      return output.end(raised_ ? "still_raised" : "quiet");
    }
    if (!pending_since_) pending_since_ = item.time;
    if (seconds(*pending_since_, item.time) < (raised_ ? plan_.clear_s : plan_.for_s)) {
      return output.end("too_short");
    }
    raised_ = !raised_;
    if (raised_) since_ = *pending_since_;
    pending_since_.reset();
    output.emit({item.stream, item.time, item.frame_sequence, make_alert(item, measured)});
  }

  std::string snapshot() const override {
    return write_snapshot({{"raised", raised_},
                           {"since", snapshot_time(since_)},
                           {"pending_since", snapshot_time(pending_since_)},
                           {"newest", snapshot_time(newest_)}});
  }

  core::Status restore(std::string_view text) override {
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

 private:
  wire::Alert make_alert(const Item& item, const Measurement& measured) const {
    wire::Alert alert;
    alert.stream = item.stream;
    alert.state = raised_ ? wire::AlertState::raised : wire::AlertState::ended;
    alert.time = item.time;
    alert.since = since_;
    alert.frame_sequence = item.frame_sequence;
    alert.subject = measured.subject;
    alert.measure = measured.measure;
    alert.value = measured.value;
    alert.limit = raised_ ? plan_.above : plan_.below;
    alert.text = raised_ ? to_words(measured)
                         : fmt::format("over after {:.1f} s", seconds(since_, item.time));
    return alert;
  }

  const ThresholdPlan plan_;
  bool raised_ = false;
  core::Timestamp since_;                         // when what is raised began
  std::optional<core::Timestamp> pending_since_;  // since when the value is on the other side
  std::optional<core::Timestamp> newest_;
};

std::unique_ptr<Operator> ThresholdPlan::make() const { return std::make_unique<Threshold>(*this); }

}  // namespace

OperatorPlanPtr read_threshold(core::YamlMap parameters) {
  auto plan = std::make_shared<ThresholdPlan>();
  if (!parameters.has("above")) parameters.problem("", "a threshold needs 'above'");
  plan->above = parameters.number("above", 0, -value_max, value_max);
  plan->below = parameters.number("below", plan->above, -value_max, value_max);
  if (plan->below > plan->above) parameters.problem("below", "must not be larger than 'above'");
  plan->for_s = parameters.number("for_s", 0, 0, duration_max_s);
  plan->clear_s = parameters.number("clear_s", 0, 0, duration_max_s);
  return plan;
}

}  // namespace fovea::stream
