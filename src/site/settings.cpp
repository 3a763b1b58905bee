#include "site/settings.h"

#include <fmt/format.h>

#include <cmath>

#include "site/display_name.h"

namespace fovea::site {
namespace {

template <typename T>
void override_with(Chosen<T>& setting, const std::optional<T>& value) {
  if (value) setting = {*value, Origin::state};
}

core::Error out_of_range(const char* name, double min, double max) {
  return {core::Code::bad_input, fmt::format("{} must be a number from {} to {}", name, min, max)};
}

bool within(double value, double min, double max) {
  return std::isfinite(value) && value >= min && value <= max;
}

}  // namespace

DeviceSettings settings_of(const ServicePlan& plan, const Overrides& overrides,
                           const std::string& device) {
  const auto planned = plan.devices.find(device);
  DeviceSettings settings = planned == plan.devices.end() ? plan.defaults : planned->second;
  if (plan.own_results.contains(device)) {
    settings.results_from = {ResultsFrom::device, Origin::config};
  }
  const auto found = overrides.find(device);
  if (found == overrides.end()) return settings;
  override_with(settings.model, found->second.model);
  override_with(settings.fps_max, found->second.fps_max);
  override_with(settings.weight, found->second.weight);
  override_with(settings.gating, found->second.gating);
  override_with(settings.results_from, found->second.results_from);
  return settings;
}

core::Result<Override> changed(const Override& current, const DeviceChange& change) {
  Override result = current;
  if (change.model) {
    const auto& model = *change.model;
    if (model && (model->empty() || model->size() > reference_length_max)) {
      return core::Error{core::Code::bad_input,
                         "model must be the name of a model, or null for the default"};
    }
    result.model = model;
  }
  if (change.fps_max) {
    const auto& rate = *change.fps_max;
    if (rate && !within(*rate, 0, fps_max_limit)) return out_of_range("fps_max", 0, fps_max_limit);
    result.fps_max = rate;
  }
  if (change.weight) {
    const auto& weight = *change.weight;
    if (weight && !within(*weight, weight_min, weight_max)) {
      return out_of_range("weight", weight_min, weight_max);
    }
    result.weight = weight;
  }
  if (change.gating) result.gating = *change.gating;
  if (change.name) {
    if (const auto& name = *change.name) {
      if (auto good = check_display_name(*name); !good) return good.error();
    }
    result.name = *change.name;
  }
  if (change.paused) result.paused = *change.paused;
  if (change.results_from) result.results_from = *change.results_from;
  return result;
}

}  // namespace fovea::site
