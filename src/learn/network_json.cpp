#include <fmt/format.h>

#include <array>
#include <span>
#include <utility>

#include "core/ids.h"
#include "core/json_reader.h"
#include "core/limits.h"
#include "learn/network.h"

namespace fovea::learn {

namespace {

using core::Code;
using core::Error;
using core::Json;

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

namespace {

// As many whole numbers as `numbers` has places.
void read_integers(core::JsonReader& reader, const char* name, std::span<int> numbers) {
  const Json& list = reader.list(name, numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto number = list[i].is_number_integer() ? list[i].integer() : std::nullopt;
    if (!number || !std::in_range<int>(*number)) {
      return reader.fail(name, fmt::format("is not {} whole numbers", numbers.size()));
    }
    numbers[i] = static_cast<int>(*number);
  }
}

void read_triple(core::JsonReader& reader, const char* name, std::array<double, 3>& numbers) {
  const Json& list = reader.list(name, numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (!list[i].is_number()) return reader.fail(name, "is not three numbers");
    numbers[i] = *list[i].number();
  }
}

core::Result<core::ClassInfo> read_class(const Json& item, size_t index) {
  core::JsonReader reader(item, fmt::format("classes[{}].", index));
  core::ClassInfo info{reader.text("name", class_name_max), {}, -1};
  std::array<int, 3> colour{};
  read_integers(reader, "colour", colour);
  for (const int part : colour) {
    if (part < 0 || part > 255) reader.fail("colour", "is not three numbers from 0 to 255");
  }
  info.colour = {static_cast<uint8_t>(colour[0]), static_cast<uint8_t>(colour[1]),
                 static_cast<uint8_t>(colour[2])};
  if (auto good = reader.status(); !good) return good.error();
  return info;
}

}  // namespace

core::Result<NetworkConfig> parse_network_config(std::string_view text) {
  const auto wrong = [](const Error& error) {
    return error.context("this is not a description of a network of Fovea's");
  };
  const auto document = core::parse_json_object(text);
  if (!document) return wrong(document.error());
  core::JsonReader reader(*document);
  const std::string kind = reader.text("architecture", core::limits::name_length_max);
  if (auto good = reader.status(); !good) return wrong(good.error());
  if (kind != architecture) {
    return Error{Code::unsupported, fmt::format("the network is a '{}', this program makes '{}'",
                                                core::printable(kind), architecture)};
  }
  NetworkConfig config;
  config.width = reader.number("width", 0, 1e3);
  std::array<int, 2> input{};
  read_integers(reader, "input", input);
  config.input = {input[0], input[1]};
  read_triple(reader, "mean", config.mean);
  read_triple(reader, "scale", config.scale);
  for (const Json& item : reader.list("classes")) {
    auto info = read_class(item, config.classes.size());
    if (!info) return wrong(info.error());
    config.classes.push_back(*std::move(info));
  }
  if (auto good = reader.status(); !good) return wrong(good.error());
  if (auto good = check_config(config); !good) return good.error();
  return config;
}

}  // namespace fovea::learn
