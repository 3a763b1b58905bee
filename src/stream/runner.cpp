#include "stream/runner.h"

#include <algorithm>
#include <utility>

#include "core/json.h"
#include "core/limits.h"
#include "core/thread.h"

namespace fovea::stream {

Runner::Runner(std::map<std::string, std::shared_ptr<Sink>> sinks, const core::Context& context,
               std::function<void()> alerted)
    : context_(context.named("rules")),
      alerted_(std::move(alerted)),
      queue_(core::limits::observations_waiting_max, core::FairQueue<Item>::Order::in_turn),
      observations_(context.metrics.counter("fovea_stream_observations_total",
                                            "Results that rules have looked at")),
      dropped_(context.metrics.counter("fovea_stream_dropped_total",
                                       "Results that came faster than rules could look at them")),
      seconds_(context.metrics.histogram("fovea_stream_seconds",
                                         "Time that all rules together took for one result", {},
                                         {0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3})),
      sinks_(std::move(sinks)) {
  thread_ = core::start_thread("rules", [this](const std::stop_token& stop) { run(stop); });
}

Runner::~Runner() { stop(); }

void Runner::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Runner::set_rules(const std::vector<Rule>& rules,
                       std::map<std::string, std::shared_ptr<Sink>> sinks) {
  {
    std::lock_guard lock(mutex_);
    sinks_.swap(sinks);
  }  // what the old ones hold dies after the lock
  set_rules(rules);
}

void Runner::set_rules(const std::vector<Rule>& rules) {
  std::map<std::string, Running> wanted;
  std::map<Flow, std::set<std::string>> devices;
  for (const Rule& rule : rules) {
    if (!rule.enabled) continue;
    devices[rule.takes()].insert(rule.device);
    wanted[rule.name] = {to_json(rule).dump(), std::make_unique<Pipeline>(rule, context_.metrics)};
  }
  {
    std::lock_guard lock(devices_mutex_);
    devices_ = std::move(devices);
  }
  std::lock_guard lock(mutex_);
  for (auto& [name, running] : wanted) {
    const auto known = rules_.find(name);
    if (known == rules_.end() || known->second.definition != running.definition) continue;
    running = std::move(known->second);
  }
  rules_ = std::move(wanted);
}

bool Runner::wants(const std::string& device, Flow flow) const {
  std::lock_guard lock(devices_mutex_);
  const auto found = devices_.find(flow);
  return found != devices_.end() && found->second.contains(device);
}

std::set<std::string> Runner::wanted(Flow flow) const {
  std::lock_guard lock(devices_mutex_);
  const auto found = devices_.find(flow);
  return found == devices_.end() ? std::set<std::string>() : found->second;
}

void Runner::push(Item seen) {
  const std::string device = seen.stream.device;
  if (const size_t lost = queue_.push(device, std::move(seen)); lost > 0) {
    dropped_.add(static_cast<double>(lost));
  }
}

void Runner::run(const std::stop_token& stop) {
  while (const auto seen = queue_.pop(stop)) serve(*seen);
}

void Runner::serve(const Item& seen) {
  const auto begin = context_.clock.steady();
  const auto* observation = std::get_if<ObservationPtr>(&seen.content);
  struct Delivery {
    wire::Alert alert;
    SinkPtr sink;
  };
  std::vector<Delivery> deliveries;
  bool alerted = false;
  const auto concerned = [&](const auto& entry) {
    const Rule& rule = entry.second.pipeline->rule();
    return rule.device == seen.stream.device && rule.takes() == seen.flow();
  };
  bool needs_class_map = false;
  {
    std::lock_guard lock(mutex_);
    needs_class_map = std::ranges::any_of(rules_, [&](const auto& entry) {
      return concerned(entry) && entry.second.pipeline->rule().needs_class_map();
    });
  }
  // Decoding is others' code: without the lock.
  if (needs_class_map && observation && (*observation)->class_map) {
    (void)(*observation)->class_map->image();
  }
  {
    std::lock_guard lock(mutex_);
    for (auto& entry : rules_) {
      if (!concerned(entry)) continue;
      Pipeline& pipeline = *entry.second.pipeline;
      for (auto& alert : pipeline.take(seen)) {
        alerted = true;
        for (const auto& name : pipeline.rule().sinks) {
          const auto sink = sinks_.find(name);
          if (sink != sinks_.end()) deliveries.push_back({alert, sink->second});
        }
      }
    }
  }
  if (observation) {
    observations_.add();
    seconds_.observe(std::chrono::duration<double>(context_.clock.steady() - begin).count());
  }
  for (const auto& delivery : deliveries) delivery.sink->deliver(delivery.alert);
  if (alerted && alerted_) alerted_();
}

std::map<std::string, RuleStatus> Runner::statuses() const {
  std::lock_guard lock(mutex_);
  std::map<std::string, RuleStatus> statuses;
  for (const auto& [name, running] : rules_) statuses[name] = running.pipeline->status();
  return statuses;
}

std::map<std::string, std::string> Runner::snapshots() const {
  std::lock_guard lock(mutex_);
  std::map<std::string, std::string> snapshots;
  for (const auto& [name, running] : rules_) {
    snapshots[name] =
        core::Json{{"rule", running.definition}, {"state", running.pipeline->snapshot()}}.dump();
  }
  return snapshots;
}

void Runner::restore(const std::map<std::string, std::string>& snapshots) {
  std::lock_guard lock(mutex_);
  for (auto& [name, running] : rules_) {
    const auto found = snapshots.find(name);
    if (found == snapshots.end()) continue;
    const auto json = core::parse_json_object(found->second);
    if (!json || (*json)["rule"] != running.definition) continue;
    const std::string* state = (*json)["state"].text();
    if (state) (void)running.pipeline->restore(*state);
  }
}

}  // namespace fovea::stream
