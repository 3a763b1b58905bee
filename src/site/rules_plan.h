#pragma once

#include <string>
#include <vector>

#include "core/yaml_reader.h"
#include "site/webhook.h"
#include "stream/rule.h"

namespace fovea::site {

// What the configuration says about rules and where their alerts go.
struct RulesPlan {
  std::vector<stream::Rule> rules;
  std::vector<WebhookOptions> webhooks;
};

inline constexpr const char* timeline_sink = "timeline";
inline constexpr const char* bus_sink = "bus";

// `timeline`, `bus` and the webhooks; a rule that names none has the first two.
stream::SinkNames sink_names(const std::vector<WebhookOptions>& webhooks);

// The sections `rules:` and `webhooks:`. Problems stay with the reader.
RulesPlan read_rules_plan(core::YamlMap& root);

// The same as YAML, secrets masked.
std::string to_yaml(const RulesPlan& plan);

}  // namespace fovea::site
