#include "site/http_api_patch.h"

#include <fmt/format.h>

#include "core/ids.h"
#include "core/json_reader.h"

namespace fovea::site {

using core::Code;
using core::Error;
using core::Result;

namespace {

Error wrong(const std::string& words) { return {Code::bad_input, words}; }

// What a setting takes, in words.
const char* wanted(std::string_view name) {
  if (name == "model") return "the name of a model";
  if (name == "name") return "a text";
  if (name == "results_from") return "\"site\", \"device\"";
  return name == "gating" || name == "paused" ? "true, false" : "a number";
}

std::optional<std::string> value_of(const core::Json& json, std::string) {
  return json.text() ? std::optional(*json.text()) : std::nullopt;
}
std::optional<double> value_of(const core::Json& json, double) { return json.number(); }
std::optional<bool> value_of(const core::Json& json, bool) { return json.boolean(); }
std::optional<ResultsFrom> value_of(const core::Json& json, ResultsFrom) {
  if (json == "device") return ResultsFrom::device;
  return json == "site" ? std::optional(ResultsFrom::site) : std::nullopt;
}

// A setting that is there changes; null takes its change back.
template <typename Value>
void read(core::JsonReader& reader, const char* name, Change<Value>& change) {
  const core::Json* json = reader.find(name);
  if (!json) return;
  change.emplace();
  if (json->is_null()) return;
  *change = value_of(*json, Value());
  if (!*change) reader.fail(name, fmt::format("takes {} or null", wanted(name)));
}

}  // namespace

core::Status check_offered(const DeviceChange& change, const std::vector<ModelView>& models) {
  if (!change.model || !*change.model) return {};
  for (const auto& model : models) {
    if (model.reference == **change.model) return {};
  }
  return wrong(
      fmt::format("there is no model '{}' here; GET /api/v1/models lists them, and "
                  "'models:' in the configuration adds files",
                  core::printable(**change.model)));
}

net::Response json_needed() {
  return net::problem(415, "JSON needed", "send it with Content-Type: application/json");
}

bool is_json_request(const net::Request& request) {
  const auto type = request.headers.find("content-type");
  if (type == request.headers.end()) return false;
  const std::string name = type->second.substr(0, type->second.find_first_of("; \t"));
  return name == "application/json";
}

Result<DeviceChange> parse_device_change(std::string_view body) {
  const auto json = core::parse_json_object(body);
  if (!json) return json.error().context("the body is an object such as {\"fps_max\": 5}");
  core::JsonReader reader(*json);
  DeviceChange change;
  read(reader, "model", change.model);
  read(reader, "fps_max", change.fps_max);
  read(reader, "weight", change.weight);
  read(reader, "gating", change.gating);
  read(reader, "name", change.name);
  read(reader, "paused", change.paused);
  read(reader, "results_from", change.results_from);
  if (auto good = reader.finish(); !good) return good.error();
  return change;
}

}  // namespace fovea::site
