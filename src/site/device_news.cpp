#include "site/device_news.h"

#include <fmt/format.h>

#include "core/limits.h"

namespace fovea::site {

DeviceNews::DeviceNews(Timeline& timeline, Observer& observer, const core::Context& context)
    : timeline_(timeline),
      observer_(observer),
      context_(context),
      occasional_(context.clock, strangers_period) {}

void DeviceNews::tell(const std::string& device, const std::string& text) {
  timeline_.add(EventKind::device, device, text);
  observer_.on_device_changed(device);
}

void DeviceNews::found(const std::string& device) {
  timeline_.add(EventKind::device, device, "found");
}

void DeviceNews::two_publish(const std::string& device) {
  tell(device, "two cameras publish under this name; give one of them another");
}

void DeviceNews::times_changed(const std::string& device, const std::string& text) {
  context_.log.warning("{}: {}", device, text);
  tell(device, text);
}

void DeviceNews::one_too_many(const std::string& device) {
  const auto text = fmt::format("device {} is refused: there are {} already, and that is the limit",
                                device, core::limits::devices_max);
  context_.log.warning("{}", text);
  timeline_.add(EventKind::site, "", text);
}

void DeviceNews::waits(const std::string& device) {
  observer_.on_device_changed(device);
  if (!occasional_.now("waits " + device)) return;
  const auto now = context_.clock.steady();
  {
    std::lock_guard lock(mutex_);
    while (!strangers_.empty() && now - strangers_.front() >= strangers_period) {
      strangers_.pop_front();
    }
    if (strangers_.size() >= strangers_told_max) return;
    strangers_.push_back(now);
  }
  const auto text = fmt::format(
      "an unknown device publishes as {}; it is neither shown nor inferred until it is accepted",
      device);
  context_.log.warning("{}", text);
  timeline_.add(EventKind::site, "", text);
}

void DeviceNews::foreign_results(const std::string& device) {
  if (!occasional_.now("results " + device)) return;
  const std::string text =
      "results come that this site has not made; they are refused (results_from: site)";
  context_.log.warning("{}: {}", device, text);
  tell(device, text);
}

void DeviceNews::changed(const std::string& device, const Override& before, const Override& after) {
  const auto add = [&](const std::string& text) { timeline_.add(EventKind::device, device, text); };
  const bool paused = after.paused.value_or(false);
  if (paused != before.paused.value_or(false)) add(paused ? "paused" : "not paused any more");
  if (after.name != before.name) {
    add(after.name ? fmt::format("is called '{}' now", *after.name)
                   : "has no name of its own any more");
  }
  if (after.results_from == before.results_from) return;
  if (!after.results_from) {
    add("its results come from where the configuration says");
  } else {
    add(*after.results_from == ResultsFrom::device ? "its own results count, while they come"
                                                   : "only results of this site count");
  }
}

void DeviceNews::transitions(Devices& devices) {
  for (const auto& change : devices.judge_all()) {
    context_.log.info("{} is {}", change.device, change.detail);
    tell(change.device, change.detail);
  }
  for (const auto& maker : devices.judge_makers()) {
    const std::string text = maker.itself
                                 ? fmt::format("makes its results itself now, with {}", maker.model)
                                 : std::string("no longer makes its results itself");
    context_.log.info("{} {}", maker.device, text);
    tell(maker.device, text);
  }
}

}  // namespace fovea::site
