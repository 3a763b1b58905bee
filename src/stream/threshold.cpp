#include "stream/threshold.h"

#include <fmt/format.h>

#include "core/json.h"
#include "stream/latch.h"

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
  core::Json parameters() const override {
    return {{"above", above}, {"below", below}, {"for_s", for_s}, {"clear_s", clear_s}};
  }
};

class Threshold final : public Operator {
 public:
  explicit Threshold(const ThresholdPlan& plan) : plan_(plan), latch_(plan.for_s, plan.clear_s) {}

  void take(size_t /*input*/, const Item& item, Output& output) override {
    const auto& measured = std::get<Measurement>(item.content);
    const bool turns =
        latch_.raised() ? measured.value <= plan_.below : measured.value > plan_.above;
    if (const char* why_not = latch_.take(item.time, turns)) return output.end(why_not);
    output.emit(item.with(make_alert(item, measured)));
  }

  std::string snapshot() const override { return latch_.snapshot(); }
  core::Status restore(std::string_view text) override { return latch_.restore(text); }

 private:
  wire::Alert make_alert(const Item& item, const Measurement& measured) const {
    const bool raised = latch_.raised();
    wire::Alert alert = latch_.alert(item);
    alert.subject = measured.subject;
    alert.measure = measured.measure;
    alert.value = measured.value;
    alert.limit = raised ? plan_.above : plan_.below;
    alert.text =
        raised ? to_words(measured)
               : fmt::format("over after {:.1f} s", seconds_between(latch_.since(), item.time));
    return alert;
  }

  const ThresholdPlan plan_;
  Latch latch_;
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
