#include "stream/away.h"

#include <fmt/format.h>

#include "core/json.h"
#include "stream/latch.h"

namespace fovea::stream {
namespace {

constexpr double duration_max_s = 24 * 3600;

struct AwayPlan final : OperatorPlan {
  double for_s = 0;
  double clear_s = 0;

  std::unique_ptr<Operator> make() const override;
  core::Json parameters() const override { return {{"for_s", for_s}, {"clear_s", clear_s}}; }
};

class Away final : public Operator {
 public:
  explicit Away(const AwayPlan& plan) : plan_(plan), latch_(plan.for_s, plan.clear_s) {}

  void take(size_t /*input*/, const Item& item, Output& output) override {
    const auto& presence = std::get<Presence>(item.content);
    const bool turns = presence.away != latch_.raised();
    if (const char* why_not = latch_.take(item.time, turns)) return output.end(why_not);
    output.emit(item.with(make_alert(item, presence)));
  }

  std::string snapshot() const override { return latch_.snapshot(); }
  core::Status restore(std::string_view text) override { return latch_.restore(text); }

 private:
  wire::Alert make_alert(const Item& item, const Presence& presence) const {
    const bool raised = latch_.raised();
    const double lasted = seconds_between(latch_.since(), item.time);
    wire::Alert alert = latch_.alert(item);
    alert.subject = "away";
    alert.measure = "seconds";
    alert.value = raised ? lasted : 0;
    alert.limit = plan_.for_s;
    alert.text = raised ? presence.words : fmt::format("back after {:.0f} s", lasted);
    return alert;
  }

  const AwayPlan plan_;
  Latch latch_;
};

std::unique_ptr<Operator> AwayPlan::make() const { return std::make_unique<Away>(*this); }

}  // namespace

OperatorPlanPtr read_away(core::YamlMap parameters) {
  auto plan = std::make_shared<AwayPlan>();
  if (!parameters.has("for_s")) parameters.problem("", "away needs 'for_s'");
  plan->for_s = parameters.number("for_s", 0, 0, duration_max_s);
  plan->clear_s = parameters.number("clear_s", 0, 0, duration_max_s);
  return plan;
}

}  // namespace fovea::stream
