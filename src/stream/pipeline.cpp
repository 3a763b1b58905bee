#include "stream/pipeline.h"

#include <utility>

#include "core/json.h"

namespace fovea::stream {

// The output of the operator at one place of the row.
class Pipeline::Stage final : public Output {
 public:
  Stage(Pipeline& pipeline, size_t at) : pipeline_(pipeline), at_(at) {}

  void emit(Item item) override {
    pipeline_.note(item);
    pipeline_.feed(at_ + 1, item);
  }
  void end(const char* reason) override {
    pipeline_.metrics_
        .counter("fovea_stream_ended_total", "Items that an operator of a rule did not pass on",
                 {{"operator", pipeline_.rule_.operators[at_].kind->name}, {"reason", reason}})
        .add();
  }
  void complain(const std::string& text) override { pipeline_.complaints_[at_] = text; }

 private:
  Pipeline& pipeline_;
  const size_t at_;
};

Pipeline::Pipeline(const Rule& rule, core::Metrics& metrics) : rule_(rule), metrics_(metrics) {
  start();
}

Pipeline::~Pipeline() = default;

void Pipeline::start() {
  operators_.clear();
  for (const auto& step : rule_.operators) operators_.push_back(step.plan->make());
  complaints_.assign(operators_.size(), {});
  const uint64_t alerts = status_.alerts;
  status_ = {};
  status_.alerts = alerts;
}

bool Pipeline::is_in_order(const Item& seen) {
  const bool other_clock = std::exchange(time_source_, seen.time_source) != seen.time_source;
  if (!status_.time || (!other_clock && seen.time >= *status_.time)) return true;
  const bool late = !other_clock && *status_.time - seen.time <= pipeline_lateness_max;
  metrics_
      .counter("fovea_stream_late_total",
               "What a rule saw that was older than what it saw before, or timed by another clock: "
               "dropped, or the rule began anew",
               {{"effect", late ? "dropped" : "restarted"}})
      .add();
  if (!late) start();
  return !late;
}

std::vector<wire::Alert> Pipeline::take(const Item& seen) {
  if (!is_in_order(seen)) return {};
  status_.time = seen.time;
  feed(0, seen);
  for (size_t i = 0; i < operators_.size(); ++i) {
    Stage stage(*this, i);
    operators_[i]->advance(seen.time, stage);
  }
  status_.problem.clear();
  for (const auto& complaint : complaints_) {
    if (status_.problem.empty()) status_.problem = complaint;
  }
  return std::exchange(made_, {});
}

void Pipeline::feed(size_t at, const Item& item) {
  if (at < operators_.size()) {
    Stage stage(*this, at);
    return operators_[at]->take(0, item, stage);
  }
  wire::Alert alert = std::get<wire::Alert>(item.content);
  alert.rule = rule_.name;
  metrics_
      .counter("fovea_alerts_total", "Alerts of the site's rules",
               {{"device", alert.stream.device}, {"state", wire::to_string(alert.state)}})
      .add();
  if (alert.state == wire::AlertState::raised) ++status_.alerts;
  made_.push_back(std::move(alert));
}

void Pipeline::note(const Item& item) {
  if (const auto* measured = std::get_if<Measurement>(&item.content)) status_.measured = *measured;
  const auto* alert = std::get_if<wire::Alert>(&item.content);
  if (!alert) return;
  status_.raised.reset();
  if (alert->state == wire::AlertState::raised) status_.raised = alert->since;
}

std::string Pipeline::snapshot() const {
  core::Json snapshots = core::Json::array();
  for (const auto& each : operators_) snapshots.push_back(each->snapshot());
  const core::Json json = {
      {"operators", std::move(snapshots)},
      {"time", status_.time ? core::Json(core::to_rfc3339(*status_.time)) : core::Json()},
      {"raised", status_.raised ? core::Json(core::to_rfc3339(*status_.raised)) : core::Json()},
      {"time_source", wire::to_string(time_source_)}};
  return json.dump();
}

core::Status Pipeline::restore(std::string_view snapshot) {
  const core::Error wrong{core::Code::bad_input, "the snapshot is not one of this rule"};
  const auto parsed = core::parse_json_object(snapshot);
  if (!parsed) return wrong;
  const core::Json& json = *parsed;
  const core::Json& snapshots = json["operators"];
  if (!snapshots.is_array() || snapshots.size() != operators_.size()) return wrong;
  for (size_t i = 0; i < operators_.size(); ++i) {
    const std::string* text = snapshots[i].text();
    const auto restored = text ? operators_[i]->restore(*text) : wrong;
    if (restored) continue;
    start();
    return restored.error();
  }
  const auto time = [&](const char* name) -> std::optional<core::Timestamp> {
    const std::string* text = json[name].text();
    const auto parsed_time = core::parse_rfc3339(text ? *text : "");
    return parsed_time ? std::optional(*parsed_time) : std::nullopt;
  };
  status_.time = time("time");
  status_.raised = time("raised");
  const bool by_site = json["time_source"] == wire::to_string(wire::TimeSource::site);
  time_source_ = by_site ? wire::TimeSource::site : wire::TimeSource::camera;
  return {};
}

}  // namespace fovea::stream
