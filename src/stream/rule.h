#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"
#include "core/yaml_reader.h"
#include "stream/operator.h"
#include "stream/operators.h"

namespace fovea::stream {

// What a site reacts to: a chain of operators over the results of one device, or over whether it is
// there, and the names of the sinks that its alerts go to. Immutable, cheap to copy, always valid.
struct Rule {
  struct Step {
    const OperatorKind* kind;
    OperatorPlanPtr plan;
  };

  std::string name;    // unique at its site
  std::string device;  // that it looks at
  bool enabled = true;
  std::vector<Step> operators;
  std::vector<std::string> sinks;

  Flow takes() const;  // what it looks at: observations or presences
  bool needs_class_map() const;
};

// The sinks that are there, and those of a rule that names none.
struct SinkNames {
  std::vector<std::string> known;
  std::vector<std::string> defaults;
};

// One rule as the configuration has it:
//   name: danger
//   device: hall
//   operators:
//     - zone: {polygon: [[0.3, 0.5], [0.7, 0.5], [0.7, 0.9]], class: person}
//     - threshold: {above: 0.02, for_s: 0.5}
//   sinks: [timeline, bus]
// Checked before anything runs: names, parameters, and that each operator takes what the one before
// it makes, up to alerts. Problems stay with the map's reader.
Rule read_rule(core::YamlMap map, const SinkNames& sinks);

// A list of them; problems are also a name that occurs twice and more than limits::rules_max.
std::vector<Rule> read_rules(core::YamlMap& root, const std::string& key, const SinkNames& sinks);

// The same from JSON (which YAML contains), as the API takes it and the state keeps it; `where`
// stands for the text in messages. A text without a name is the rule of name `name`. Errors:
// bad_input.
core::Result<Rule> parse_rule(std::string_view json, const std::string& where,
                              const SinkNames& sinks, const std::string& name = {});

// With all parameters and their defaults; parse_rule() takes it.
core::Json to_json(const Rule& rule);

}  // namespace fovea::stream
