#include "bench/arrivals.h"

#include <utility>

namespace fovea::bench {

core::Result<std::unique_ptr<ResultListener>> ResultListener::open(const std::string& bus_url,
                                                                   const std::string& site,
                                                                   const core::Context& context) {
  auto bus = bus::connect_bus(bus_url, {}, context);
  if (!bus) return bus.error();
  std::unique_ptr<ResultListener> listener(new ResultListener(*std::move(bus), context));
  auto results = listener->bus_->subscribe(
      {site, "", wire::Kind::result}, bus::Delivery::ordered,
      [listener = listener.get()](const wire::Event& event) { listener->on_result(event); });
  if (!results) return results.error();
  listener->results_ = *std::move(results);
  return listener;
}

ResultListener::ResultListener(std::unique_ptr<bus::Bus> bus, const core::Context& context)
    : context_(context), opened_(context.clock.steady()), bus_(std::move(bus)) {}

std::vector<Arrival> ResultListener::take() {
  std::lock_guard lock(mutex_);
  return std::exchange(arrivals_, {});
}

size_t ResultListener::waiting() const {
  std::lock_guard lock(mutex_);
  return arrivals_.size();
}

void ResultListener::on_result(const wire::Event& event) {
  const auto now = context_.clock.now();
  const auto result = wire::parse_result_event(event);
  if (!result || !result->inferred) return;
  Arrival arrival;
  arrival.device = result->stream.device;
  arrival.at_s = std::chrono::duration<double>(context_.clock.steady() - opened_).count();
  arrival.age_ms = core::milliseconds(now - result->captured);
  arrival.timings = result->timings;
  std::lock_guard lock(mutex_);
  arrivals_.push_back(std::move(arrival));
}

}  // namespace fovea::bench
