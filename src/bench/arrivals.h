#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "core/context.h"
#include "wire/result_event.h"

namespace fovea::bench {

// One inferred result as a subscriber saw it.
struct Arrival {
  std::string device;
  double at_s = 0;        // since the listener was opened
  double age_ms = 0;      // since the frame was captured
  wire::Timings timings;  // what of that each stage took, the engine's among them
};

// A subscriber to the results of one site, with a connection of its own.
// Threads: any; what arrives comes on the bus's.
class ResultListener {
 public:
  // Errors: those of the bus.
  static core::Result<std::unique_ptr<ResultListener>> open(const std::string& bus_url,
                                                            const std::string& site,
                                                            const core::Context& context);

  // What has arrived since the last call.
  std::vector<Arrival> take();
  size_t waiting() const;

 private:
  ResultListener(std::unique_ptr<bus::Bus> bus, const core::Context& context);
  void on_result(const wire::Event& event);

  const core::Context context_;
  const core::SteadyTime opened_;
  const std::unique_ptr<bus::Bus> bus_;
  mutable std::mutex mutex_;  // guards arrivals_
  std::vector<Arrival> arrivals_;
  std::unique_ptr<bus::Subscription> results_;  // last: its thread uses the rest
};

}  // namespace fovea::bench
