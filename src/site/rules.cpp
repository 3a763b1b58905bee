#include "site/rules.h"

#include <fmt/format.h>

#include <utility>

#include "core/ids.h"
#include "core/json.h"
#include "core/limits.h"
#include "site/alert_sinks.h"

namespace fovea::site {

using core::Code;
using core::Error;

Rules::Rules(StateStore* store, Timeline& timeline, bus::Bus& bus, PastPicture past_picture,
             const core::Context& context)
    : store_(store),
      timeline_(timeline),
      context_(context),
      timeline_sink_(std::make_shared<TimelineSink>(timeline, frames_, std::move(past_picture))),
      bus_sink_(std::make_shared<BusSink>(bus, context.named("alerts"))),
      runner_({}, context, [this] { keep_memories(); }) {}

Rules::~Rules() { stop(); }

core::Status Rules::load() {
  if (!store_) return {};
  auto kept = store_->rules();
  if (!kept) return kept.error();
  auto memories = store_->rule_memories();
  if (!memories) return memories.error();
  kept_ = *std::move(kept);
  memories_ = *std::move(memories);
  return {};
}

Rules::Sinks Rules::make_sinks(const std::vector<WebhookOptions>& webhooks) {
  Sinks before;
  {
    std::lock_guard lock(mutex_);
    before = sinks_;
  }
  Sinks sinks{{timeline_sink, timeline_sink_}, {bus_sink, bus_sink_}};
  for (const auto& options : webhooks) {
    const auto known = before.find(options.name);
    const auto* running =
        known == before.end() ? nullptr : dynamic_cast<Webhook*>(known->second.get());
    if (running && running->options() == options) {
      sinks[options.name] = known->second;
      continue;
    }
    sinks[options.name] = std::make_shared<Webhook>(
        options, [this](const std::string& text) { timeline_.add(EventKind::site, "", text); },
        context_);
  }
  return sinks;
}

void Rules::apply(const RulesPlan& plan) {
  std::lock_guard one_at_a_time(change_mutex_);
  Sinks sinks = make_sinks(plan.webhooks);
  const auto names = site::sink_names(plan.webhooks);
  std::vector<std::string> unusable;
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    plan_ = plan;
    overrides_.clear();
    for (const auto& [name, text] : kept_) {
      auto rule = stream::parse_rule(text, "rule " + name, names);
      if (rule) {
        overrides_.emplace(name, *std::move(rule));
      } else {
        unusable.push_back(fmt::format("the page's change of rule {} is not in effect: {}", name,
                                       rule.error().message));
      }
    }
  }
  for (const auto& text : unusable) {
    context_.log.warning("{}", text);
    timeline_.add(EventKind::site, "", text);
  }
  run(std::move(sinks));
  runner_.restore(std::exchange(memories_, {}));
  restored_ = true;
}

// Makes the runner do what is in effect. Sinks that are not wanted any more end here, unlocked.
void Rules::run(Sinks sinks) {
  std::vector<stream::Rule> rules;
  {
    std::lock_guard lock(mutex_);
    rules = effective();
    sinks_.swap(sinks);
  }
  Sinks wanted;
  {
    std::lock_guard lock(mutex_);
    wanted = sinks_;
  }
  runner_.set_rules(rules, std::move(wanted));
  frames_.keep([this](const std::string& device) { return wants_frames_of(device); });
  std::lock_guard lock(maps_mutex_);
  std::erase_if(maps_, [&](const auto& entry) { return !runner_.wants(entry.first); });
}

bool Rules::wants_frames_of(const std::string& device) const {
  return runner_.wants(device) || runner_.wants(device, stream::Flow::presence);
}

std::vector<stream::Rule> Rules::effective() const {
  std::map<std::string, stream::Rule> rules;
  for (const auto& rule : plan_.rules) rules.emplace(rule.name, rule);
  for (const auto& [name, rule] : overrides_) rules.insert_or_assign(name, rule);
  std::vector<stream::Rule> list;
  list.reserve(rules.size());
  for (auto& [name, rule] : rules) list.push_back(std::move(rule));
  return list;
}

void Rules::stop() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  runner_.stop();
  keep_memories();
  Sinks sinks;
  {
    std::lock_guard lock(mutex_);
    sinks_.swap(sinks);
  }
  runner_.set_rules({}, {});
}

// After each alert, so that a site that ends without notice raises nothing twice, and at the end.
void Rules::keep_memories() {
  if (!store_ || !restored_) return;  // what was kept is still in the store
  if (auto kept = store_->set_rule_memories(runner_.snapshots()); !kept) {
    context_.log.warning("what rules remember is lost: {}", kept.error().message);
  }
}

std::vector<RuleView> Rules::list() const {
  const auto statuses = runner_.statuses();
  std::lock_guard lock(mutex_);
  std::vector<RuleView> views;
  for (auto& rule : effective()) {
    RuleView view;
    const bool configured = std::ranges::any_of(
        plan_.rules, [&](const stream::Rule& each) { return each.name == rule.name; });
    view.from = overrides_.contains(rule.name) ? Origin::state : Origin::config;
    view.overrides = configured && view.from == Origin::state;
    const auto status = statuses.find(rule.name);
    if (status != statuses.end()) view.status = status->second;
    view.rule = std::move(rule);
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<std::string> Rules::sink_names() const {
  std::lock_guard lock(mutex_);
  return site::sink_names(plan_.webhooks).known;
}

core::Result<RuleView> Rules::put(const std::string& name, std::string_view json) {
  std::lock_guard one_at_a_time(change_mutex_);
  if (auto good = core::check_name("rule", name); !good) return good.error();
  stream::SinkNames names;
  {
    std::lock_guard lock(mutex_);
    names = site::sink_names(plan_.webhooks);
    const auto rules = effective();
    const bool known =
        std::ranges::any_of(rules, [&](const stream::Rule& rule) { return rule.name == name; });
    if (!known && rules.size() >= core::limits::rules_max) {
      return Error{Code::busy, fmt::format("there are {} rules already, and that is the limit",
                                           core::limits::rules_max)};
    }
  }
  auto rule = stream::parse_rule(json, "rule", names, name);
  if (!rule) return rule.error();
  if (rule->name != name) {
    return Error{Code::bad_input,
                 fmt::format("its name is '{}', the address says '{}'", rule->name, name)};
  }
  const std::string text = stream::to_json(*rule).dump();
  if (store_) {
    if (auto kept = store_->set_rule(name, text); !kept) return kept.error();
  }
  Sinks sinks;
  {
    std::lock_guard lock(mutex_);
    kept_[name] = text;
    overrides_.insert_or_assign(name, *rule);
    sinks = sinks_;
  }
  run(std::move(sinks));
  for (auto& view : list()) {
    if (view.rule.name == name) return std::move(view);
  }
  return Error{Code::closed, "the site is ending"};
}

core::Status Rules::remove(const std::string& name) {
  std::lock_guard one_at_a_time(change_mutex_);
  {
    std::lock_guard lock(mutex_);
    if (!kept_.contains(name)) {
      for (const auto& rule : plan_.rules) {
        if (rule.name != name) continue;
        return Error{Code::bad_input,
                     fmt::format("rule {} stands in the site's configuration; it can be switched "
                                 "off here, not removed",
                                 name)};
      }
      return Error{Code::not_found, fmt::format("there is no rule '{}'", core::printable(name))};
    }
  }
  if (store_) {
    if (auto removed = store_->remove_rule(name); !removed) return removed;
  }
  Sinks sinks;
  {
    std::lock_guard lock(mutex_);
    kept_.erase(name);
    overrides_.erase(name);
    sinks = sinks_;
  }
  run(std::move(sinks));
  return {};
}

void Rules::on_frame(const std::string& device, const FramePtr& frame) {
  if (frame->codec == core::Codec::jpeg && wants_frames_of(device)) frames_.add(device, frame);
}

void Rules::look(const std::string& site, const Devices& devices) {
  for (const auto& device : runner_.wanted(stream::Flow::presence)) {
    const auto presence = devices.presence(device);
    if (!presence) continue;
    on_presence({site, device}, {presence->away, presence->detail}, presence->sequence);
  }
}

void Rules::on_presence(const core::StreamId& stream, const stream::Presence& presence,
                        uint64_t sequence) {
  runner_.push(
      stream::Item{stream, context_.clock.now(), sequence, presence, wire::TimeSource::site});
}

void Rules::on_mask(const std::string& device, const MaskPtr& mask) {
  if (!runner_.wants(device)) return;
  auto class_map = std::make_shared<stream::ClassMap>([mask] { return class_map_of(*mask); },
                                                      mask->mask.area, mask->mask.frame);
  std::lock_guard lock(maps_mutex_);
  maps_[device] = {mask->mask.frame_sequence, std::move(class_map)};
}

void Rules::on_result(const std::string& device, const ResultPtr& result) {
  if (!runner_.wants(device)) return;
  auto seen = std::make_shared<stream::Observation>();
  seen->result = result->result;
  seen->classes = result->classes;
  {
    // A result that repeats an older one is about the map that is there.
    std::lock_guard lock(maps_mutex_);
    const auto found = maps_.find(device);
    const bool fits =
        found != maps_.end() &&
        (found->second.sequence == result->result.frame_sequence || !result->result.inferred);
    if (fits) seen->class_map = found->second.class_map;
  }
  stream::Item item = stream::to_item(std::move(seen));
  if (result->arrived) {
    item.time = *result->arrived;
    item.time_source = wire::TimeSource::site;
  }
  runner_.push(std::move(item));
}

}  // namespace fovea::site
