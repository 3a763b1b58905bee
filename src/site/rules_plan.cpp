#include "site/rules_plan.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <iterator>

#include "core/ids.h"
#include "core/json.h"
#include "core/limits.h"
#include "net/http_client.h"

namespace fovea::site {
namespace {

constexpr size_t secret_bytes_max = 4096;

// The first line of a file that holds nothing else.
std::string read_secret_file(core::YamlMap& map, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string secret;
  if (!file || !std::getline(file, secret)) {
    map.problem("secret_file", "cannot be read: " + path);
  }
  while (!secret.empty() && static_cast<unsigned char>(secret.back()) <= ' ') secret.pop_back();
  if (secret.size() > secret_bytes_max) map.problem("secret_file", "holds more than a secret");
  return secret;
}

WebhookOptions read_webhook(const std::string& name, core::YamlMap& map) {
  WebhookOptions webhook;
  webhook.name = name;
  webhook.url = map.text_with_environment("url");
  if (map.has("secret_file") && !map.has("secret")) {
    webhook.secret = read_secret_file(map, map.text("secret_file"));
  } else {
    webhook.secret = map.text_with_environment("secret");
  }
  return webhook;
}

std::vector<WebhookOptions> read_webhooks(core::YamlMap& root) {
  std::vector<WebhookOptions> webhooks;
  core::YamlMap section = root.map("webhooks");
  for (auto& [name, map] : section.entries()) {
    WebhookOptions webhook = read_webhook(name, map);
    core::Status good = core::check_name("webhook", name);
    if (good && (name == timeline_sink || name == bus_sink)) {
      good = core::Error{core::Code::bad_input, "this name means something else"};
    }
    // What is wrong with its secret's file was told already.
    const bool no_file = webhook.secret.empty() && map.has("secret_file");
    if (good && !no_file) good = check_webhook(webhook);
    if (!good) section.problem(name, "is wrong: " + good.error().message);
    if (webhooks.size() == core::limits::webhooks_max) {
      section.problem(name, "is one webhook more than a site takes");
      break;
    }
    webhooks.push_back(std::move(webhook));
  }
  return webhooks;
}

bool is_plain(const core::Json& value) {
  return !value.is_object() &&
         std::ranges::none_of(value, [](const auto& each) { return each.is_object(); });
}

// Maps line by line, what lies deeper than a rule's operator and plain lists on one line.
void emit(YAML::Emitter& out, const core::Json& value) {
  if (value.is_object()) {
    const bool flat = std::ranges::all_of(
        value.items(), [](const auto& member) { return is_plain(member.second); });
    out << (flat && value.contains("polygon") ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    for (const auto& [key, member] : value.items()) {
      out << YAML::Key << key << YAML::Value;
      emit(out, member);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << (is_plain(value) ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const auto& each : value) emit(out, each);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    out << value.get<std::string>();
  } else if (value.is_boolean()) {
    out << value.get<bool>();
  } else {
    out << fmt::format("{}", value.get<double>());  // as short as it can be said
  }
}

}  // namespace

stream::SinkNames sink_names(const std::vector<WebhookOptions>& webhooks) {
  stream::SinkNames names{{timeline_sink, bus_sink}, {timeline_sink, bus_sink}};
  for (const auto& webhook : webhooks) names.known.push_back(webhook.name);
  return names;
}

RulesPlan read_rules_plan(core::YamlMap& root) {
  RulesPlan plan;
  plan.webhooks = read_webhooks(root);
  plan.rules = stream::read_rules(root, "rules", sink_names(plan.webhooks));
  return plan;
}

std::string to_yaml(const RulesPlan& plan) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "rules" << YAML::Value << YAML::BeginSeq;
  for (const auto& rule : plan.rules) emit(out, stream::to_json(rule));
  out << YAML::EndSeq << YAML::Key << "webhooks" << YAML::Value << YAML::BeginMap;
  for (const auto& webhook : plan.webhooks) {
    out << YAML::Key << webhook.name << YAML::Value << YAML::BeginMap;
    out << YAML::Key << "url" << YAML::Value << net::shown_host(webhook.url);
    out << YAML::Key << "secret" << YAML::Value << "***" << YAML::EndMap;
  }
  out << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace fovea::site
