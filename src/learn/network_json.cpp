#include <fmt/format.h>

#include <nlohmann/json.hpp>

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

core::Status check(const NetworkConfig& config) {
  const auto wrong = [](const char* what) {
    return Error{Code::bad_input, fmt::format("the network's description is wrong: {}", what)};
  };
  if (config.classes.empty() || config.classes.size() > core::limits::classes_max)
    return wrong("classes");
  for (const int side : {config.input.width, config.input.height}) {
    if (side < side_min || side > side_max) return wrong("input");
  }
  if (!(config.width >= 0.1 && config.width <= 8)) return wrong("width");
  if (config.output_stride != 1 && config.output_stride != 2 && config.output_stride != 4) {
    return wrong("output_stride");
  }
  for (const double scale : config.scale) {
    if (!(scale > 0)) return wrong("scale");
  }
  return {};
}

}  // namespace

std::string to_json(const NetworkConfig& config) {
  Json classes = Json::array();
  for (const auto& info : config.classes) {
    classes.push_back(
        {{"name", info.name}, {"colour", {info.colour.red, info.colour.green, info.colour.blue}}});
  }
  return Json{{"architecture", architecture},
              {"width", config.width},
              {"input", {config.input.width, config.input.height}},
              {"output_stride", config.output_stride},
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
    config.output_stride = json.at("output_stride").get<int>();
    json.at("mean").get_to(config.mean);
    json.at("scale").get_to(config.scale);
    for (const auto& item : json.at("classes")) {
      const auto& colour = item.at("colour");
      config.classes.push_back(
          {item.at("name").get<std::string>(),
           {colour.at(0).get<uint8_t>(), colour.at(1).get<uint8_t>(), colour.at(2).get<uint8_t>()},
           -1});
    }
    if (auto good = check(config); !good) return good.error();
    return config;
  } catch (const nlohmann::json::exception&) {
    return wrong;
  }
}

}  // namespace fovea::learn
