#include "stream/dedupe.h"

#include <chrono>
#include <optional>

#include "core/json.h"
#include "stream/snapshot.h"

namespace fovea::stream {
namespace {

constexpr double within_max_s = 24 * 3600;

struct DedupePlan final : OperatorPlan {
  double within_s = 0;

  std::unique_ptr<Operator> make() const override;
  core::Json parameters() const override { return {{"within_s", within_s}}; }
};

class Dedupe final : public Operator {
 public:
  explicit Dedupe(const DedupePlan& plan) : plan_(plan) {}

  void take(size_t /*input*/, const Item& item, Output& output) override {
    if (std::get<wire::Alert>(item.content).state == wire::AlertState::ended) {
      if (!std::exchange(open_, false)) return output.end("repeated");
      return output.emit(item);
    }
    const auto within = std::chrono::duration<double>(plan_.within_s);
    if (passed_ && item.time - *passed_ < within) {
      open_ = false;
      return output.end("repeated");
    }
    passed_ = item.time;
    open_ = true;
    output.emit(item);
  }

  std::string snapshot() const override {
    return write_snapshot({{"passed", snapshot_time(passed_)}, {"open", open_}});
  }

  core::Status restore(std::string_view text) override {
    SnapshotReader reader(text);
    const auto passed = reader.time("passed");
    const bool open = reader.flag("open");
    if (auto status = reader.status(); !status) return status;
    passed_ = passed;
    open_ = open;
    return {};
  }

 private:
  const DedupePlan plan_;
  std::optional<core::Timestamp> passed_;  // when the newest raised alert passed
  bool open_ = false;                      // its end has not come yet
};

std::unique_ptr<Operator> DedupePlan::make() const { return std::make_unique<Dedupe>(*this); }

}  // namespace

OperatorPlanPtr read_dedupe(core::YamlMap parameters) {
  auto plan = std::make_shared<DedupePlan>();
  if (!parameters.has("within_s")) parameters.problem("", "dedupe needs 'within_s'");
  plan->within_s = parameters.number("within_s", 0, 0, within_max_s);
  return plan;
}

}  // namespace fovea::stream
