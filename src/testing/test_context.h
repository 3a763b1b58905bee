#pragma once

#include <memory>
#include <string>

#include "core/context.h"

namespace fovea::testing {

// What a part under test is given: a silent log, the system's clock, a registry of its own.
class TestContext {
 public:
  core::Context context() { return {core::Log(sink_, "test"), clock_, *metrics_}; }
  core::Metrics& metrics() { return *metrics_; }

  // The sum of a metric's values over all label sets that contain `labels`.
  double value(const std::string& name, const core::Labels& labels = {}) const {
    double sum = 0;
    for (const auto& sample : metrics_->samples()) {
      bool matches = sample.name == name;
      for (const auto& [key, value] : labels) {
        const auto found = sample.labels.find(key);
        matches = matches && found != sample.labels.end() && found->second == value;
      }
      if (matches) sum += sample.value;
    }
    return sum;
  }

 private:
  core::SystemClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  std::shared_ptr<core::LogSink> sink_ = core::make_null_sink();
};

}  // namespace fovea::testing
