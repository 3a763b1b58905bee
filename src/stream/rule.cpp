#include "stream/rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/ids.h"
#include "core/json.h"
#include "core/limits.h"

namespace fovea::stream {
namespace {

namespace limits = core::limits;
using core::Json;

std::string known_operators() {
  std::vector<std::string> names;
  for (const auto& kind : operator_kinds()) names.emplace_back(kind.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

bool comes_from_outside(Flow flow) { return flow == Flow::observation || flow == Flow::presence; }

// "dedupe takes alerts, but zone before it makes measurements".
void check_flow(core::YamlMap& map, const std::vector<Rule::Step>& steps) {
  Flow flow = Flow::observation;
  if (!steps.empty() && comes_from_outside(steps.front().kind->takes)) {
    flow = steps.front().kind->takes;
  }
  const char* before = nullptr;
  for (const auto& step : steps) {
    if (step.kind->takes != flow) {
      return map.problem("operators",
                         before ? fmt::format("do not fit: '{}' takes {}, but '{}' before it "
                                              "makes {}",
                                              step.kind->name, to_string(step.kind->takes), before,
                                              to_string(flow))
                                : fmt::format("must begin with one that takes observations or "
                                              "presences, such as 'zone' or 'away', not with '{}'",
                                              step.kind->name));
    }
    before = step.kind->name;
    flow = step.kind->makes;
  }
  if (flow != Flow::alert) {
    map.problem("operators", "must end with one that makes alerts, such as 'threshold'");
  }
}

void read_operators(core::YamlMap& map, Rule& rule) {
  bool good = true;
  for (auto& element : map.maps("operators")) {
    auto entries = element.entries();
    if (entries.size() != 1) {
      element.problem("",
                      "each operator is one key with its parameters, such as "
                      "'zone: {...}'; put a '-' before each");
      good = false;
      continue;
    }
    auto& [name, parameters] = entries.front();
    const OperatorKind* kind = find_operator(name);
    if (!kind) {
      parameters.ignore();
      std::vector<std::string> names;
      for (const auto& known : operator_kinds()) names.emplace_back(known.name);
      const std::string near = core::nearest(name, names);
      element.problem(core::printable(name),
                      near.empty()
                          ? fmt::format("is not an operator (known: {})", known_operators())
                          : fmt::format("is not an operator; did you mean '{}'?", near));
      good = false;
    } else if (rule.operators.size() == limits::rule_operators_max) {
      return element.problem("", fmt::format("is one operator more than a rule takes ({})",
                                             limits::rule_operators_max));
    } else {
      rule.operators.push_back({kind, kind->read(parameters)});
    }
  }
  if (good) check_flow(map, rule.operators);
}

void read_sinks(core::YamlMap& map, Rule& rule, const SinkNames& sinks) {
  rule.sinks = map.has("sinks") ? map.texts("sinks") : sinks.defaults;
  map.texts("sinks");
  std::set<std::string> seen;
  for (const auto& sink : rule.sinks) {
    if (std::ranges::find(sinks.known, sink) == sinks.known.end()) {
      map.problem("sinks", fmt::format("has '{}', which is none of {}", core::printable(sink),
                                       fmt::join(sinks.known, ", ")));
    } else if (!seen.insert(sink).second) {
      map.problem("sinks", fmt::format("has '{}' twice", sink));
    }
  }
  if (rule.sinks.empty()) map.problem("sinks", "must name one sink at least");
}

void check(core::YamlMap& map, const char* key, const std::string& name) {
  if (auto good = core::check_name(key, name); !good) {
    map.problem(map.has(key) ? key : "", map.has(key) ? "is wrong: " + good.error().message
                                                      : fmt::format("a rule needs '{}'", key));
  }
}

}  // namespace

Flow Rule::takes() const {
  return operators.empty() ? Flow::observation : operators.front().kind->takes;
}

bool Rule::needs_class_map() const {
  return std::ranges::any_of(operators,
                             [](const Step& step) { return step.plan->needs_class_map(); });
}

Rule read_rule(core::YamlMap map, const SinkNames& sinks) {
  Rule rule;
  rule.name = map.text("name");
  check(map, "name", rule.name);
  rule.device = map.text("device");
  check(map, "device", rule.device);
  rule.enabled = map.flag("enabled", rule.enabled);
  read_operators(map, rule);
  read_sinks(map, rule, sinks);
  return rule;
}

std::vector<Rule> read_rules(core::YamlMap& root, const std::string& key, const SinkNames& sinks) {
  std::vector<Rule> rules;
  std::set<std::string> names;
  for (auto& map : root.maps(key)) {
    Rule rule = read_rule(map, sinks);
    if (!rule.name.empty() && !names.insert(rule.name).second) {
      map.problem("name", fmt::format("'{}' is another rule's too", core::printable(rule.name)));
    }
    if (rules.size() == limits::rules_max) {
      map.problem("", fmt::format("is one rule more than a site takes ({})", limits::rules_max));
      break;
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

core::Result<Rule> parse_rule(std::string_view json, const std::string& where,
                              const SinkNames& sinks, const std::string& name) {
  // JSON first: what is not JSON is not to be taken for YAML, ASCII has no surprises, and nothing
  // goes deeper than it is safe to follow.
  auto document = core::parse_json_object(json);
  if (!document) {
    return document.error().context(where + " is not an object such as {\"device\": ...}");
  }
  if (!name.empty() && !document->contains("name")) (*document)["name"] = name;
  auto reader = core::YamlReader::parse(document->dump_ascii(), where);
  if (!reader) return reader.error();
  Rule rule = read_rule(reader->root(), sinks);
  if (auto good = reader->finish(); !good) return good.error();
  return rule;
}

Json to_json(const Rule& rule) {
  Json operators = Json::array();
  for (const auto& step : rule.operators) {
    operators.push_back({{step.kind->name, step.plan->parameters()}});
  }
  return {{"name", rule.name},
          {"device", rule.device},
          {"enabled", rule.enabled},
          {"operators", std::move(operators)},
          {"sinks", rule.sinks}};
}

}  // namespace fovea::stream
