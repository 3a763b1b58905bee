#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/ids.h"
#include "core/limits.h"
#include "learn/network.h"

namespace fovea::learn {

namespace {

using Json = nlohmann::ordered_json;
using core::Code;
using core::Error;

constexpr const char* architecture = "fovea-segmentation-1";
constexpr int side_min = 32;
constexpr int side_max = 4096;
constexpr size_t class_name_max = 100;  // a manifest's

}  // namespace

core::Status check_config(const NetworkConfig& config) {
  const auto wrong = [](const std::string& what) { return Error{Code::bad_input, what}; };
  if (config.classes.empty()) return wrong("a network needs at least one class");
  if (config.classes.size() > core::limits::classes_max) {
    return wrong(fmt::format("{} classes are more than the limit of {}", config.classes.size(),
                             core::limits::classes_max));
  }
  for (const auto& info : config.classes) {
    if (info.name.empty() || info.name.size() > class_name_max) {
      return wrong(fmt::format("the class name '{}' must have 1 to {} bytes",
                               core::printable(info.name), class_name_max));
    }
  }
  for (const int side : {config.input.width, config.input.height}) {
    if (side >= side_min && side <= side_max) continue;
    return wrong(fmt::format(
        "the network's input of {}x{} must be within {} and {} on each side; --input sets it",
        config.input.width, config.input.height, side_min, side_max));
  }
  if (!(config.width >= 0.1 && config.width <= 8))
    return wrong("the network's width must be within 0.1 and 8");
  for (const double scale : config.scale) {
    if (!(scale > 0)) return wrong("scale must be above 0");
  }
  return {};
}

std::string to_json(const NetworkConfig& config) {
  Json classes = Json::array();
  for (const auto& info : config.classes) {
    classes.push_back(
        {{"name", info.name}, {"colour", {info.colour.red, info.colour.green, info.colour.blue}}});
  }
  return Json{{"architecture", architecture},
              {"width", config.width},
              {"input", {config.input.width, config.input.height}},
              {"mean", config.mean},
              {"scale", config.scale},
              {"classes", std::move(classes)}}
      .dump();
}

core::Result<NetworkConfig> parse_network_config(std::string_view text) {
  const Error wrong{Code::bad_input, "this is no description of a network of Fovea's"};
  if (text.size() > core::limits::json_bytes_max) return wrong;
  try {
    const auto json = nlohmann::json::parse(text);
    const auto& kind = json.at("architecture").get_ref<const std::string&>();
    if (kind != architecture) {
      return Error{Code::unsupported, fmt::format("the network is a '{}', this program makes '{}'",
                                                  kind, architecture)};
    }
    NetworkConfig config;
    config.width = json.at("width").get<double>();
    config.input = {json.at("input").at(0).get<int>(), json.at("input").at(1).get<int>()};
    json.at("mean").get_to(config.mean);
    json.at("scale").get_to(config.scale);
    for (const auto& item : json.at("classes")) {
      const auto& colour = item.at("colour");
      config.classes.push_back(
          {item.at("name").get<std::string>(),
           {colour.at(0).get<uint8_t>(), colour.at(1).get<uint8_t>(), colour.at(2).get<uint8_t>()},
           -1});
    }
    if (auto good = check_config(config); !good) return good.error();
    return config;
  } catch (const nlohmann::json::exception&) {
    return wrong;
  }
}

}  // namespace fovea::learn
