#include "site/http_api_rules.h"

#include "core/json.h"
#include "site/http_api_json.h"
#include "site/http_api_patch.h"

namespace fovea::site {

using core::Json;

namespace {

Json time_json(const std::optional<core::Timestamp>& time) {
  return time ? Json(core::to_rfc3339(*time)) : Json(nullptr);
}

Json text_json(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const stream::RuleStatus& status) {
  const auto& measured = status.measured;
  return {{"raised", time_json(status.raised)},
          {"time", time_json(status.time)},
          {"value", measured ? Json(measured->value) : Json(nullptr)},
          {"measure", measured ? Json(measured->measure) : Json(nullptr)},
          {"subject", measured ? Json(measured->subject) : Json(nullptr)},
          {"alerts", status.alerts},
          {"problem", text_json(status.problem)}};
}

Json to_json(const RuleView& view) {
  Json json = stream::to_json(view.rule);
  json["from"] = to_string(view.from);
  json["overrides"] = view.overrides;
  json["status"] = to_json(view.status);
  return json;
}

}  // namespace

net::Response list_rules(const Rules& rules) {
  Json list = Json::array();
  for (const auto& view : rules.list()) list.push_back(to_json(view));
  return net::json_response(dump({{"rules", std::move(list)}, {"sinks", rules.sink_names()}}));
}

net::Response put_rule(Rules& rules, const net::Request& request) {
  if (!is_json_request(request)) {
    return net::problem(415, "JSON needed", "send the rule with Content-Type: application/json");
  }
  const auto view = rules.put(request.parameters.at("name"), request.body.text());
  return view ? net::json_response(dump(to_json(*view))) : net::problem(view.error());
}

net::Response remove_rule(Rules& rules, const net::Request& request) {
  const auto removed = rules.remove(request.parameters.at("name"));
  return removed ? list_rules(rules) : net::problem(removed.error());
}

}  // namespace fovea::site
