#include "site/http_api_patch.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/ids.h"

namespace fovea::site {

using core::Code;
using core::Error;
using core::Result;

namespace {

Error wrong(const std::string& words) { return {Code::bad_input, words}; }

// False: the value is neither of the wanted type nor null.
bool read(const nlohmann::json& value, Change<std::string>& change) {
  change.emplace();
  if (value.is_null()) return true;
  if (!value.is_string()) return false;
  change->emplace(value.get<std::string>());
  return true;
}

bool read(const nlohmann::json& value, Change<double>& change) {
  change.emplace();
  if (value.is_null()) return true;
  if (!value.is_number()) return false;
  change->emplace(value.get<double>());
  return true;
}

bool read(const nlohmann::json& value, Change<bool>& change) {
  change.emplace();
  if (value.is_null()) return true;
  if (!value.is_boolean()) return false;
  change->emplace(value.get<bool>());
  return true;
}

// What a setting takes, in words.
const char* wanted(const std::string& name) {
  if (name == "model") return "the name of a model";
  if (name == "name") return "a text";
  return name == "gating" || name == "paused" ? "true, false" : "a number";
}

const std::vector<std::string>& settings() {
  static const std::vector<std::string> names = {"model",  "fps_max", "weight",
                                                 "gating", "name",    "paused"};
  return names;
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
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return wrong("the body is no JSON object such as {\"fps_max\": 5}");
  DeviceChange change;
  for (const auto& [name, value] : json.items()) {
    bool good = false;
    if (name == "model") {
      good = read(value, change.model);
    } else if (name == "fps_max") {
      good = read(value, change.fps_max);
    } else if (name == "weight") {
      good = read(value, change.weight);
    } else if (name == "gating") {
      good = read(value, change.gating);
    } else if (name == "name") {
      good = read(value, change.name);
    } else if (name == "paused") {
      good = read(value, change.paused);
    } else {
      const std::string near = core::nearest(name, settings());
      return wrong(fmt::format("there is no setting '{}'; {}", core::printable(name),
                               near.empty()
                                   ? fmt::format("there are {}", fmt::join(settings(), ", "))
                                   : fmt::format("is '{}' meant?", near)));
    }
    if (!good) {
      return wrong(fmt::format("'{}' takes {} or null", name, wanted(name)));
    }
  }
  return change;
}

}  // namespace fovea::site
