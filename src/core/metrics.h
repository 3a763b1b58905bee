#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fovea::core {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;
  virtual double value() const = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual double value() const = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

// One value as it is exposed; for a histogram its count (name_count) and sum (name_sum).
struct Sample {
  std::string name;
  Labels labels;
  double value = 0;
};

// The process's measurements in Prometheus' terms: names are snake_case with the unit last
// (`fovea_frames_dropped_total`, `fovea_infer_seconds`). Asking twice for one name and labels
// returns the same object; references stay valid as long as the registry, but for removed gauges.
// Threads: any. Limit: labels come from validated names only (devices), never from free text.
class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual Counter& counter(const std::string& name, const std::string& help,
                           const Labels& labels = {}) = 0;
  virtual Gauge& gauge(const std::string& name, const std::string& help,
                       const Labels& labels = {}) = 0;
  // What it is about is there no more. Counters stay: Prometheus wants them to go on.
  virtual void remove_gauge(const std::string& name, const Labels& labels) = 0;
  // Buckets are upper bounds, ascending; the first call for a name fixes them.
  virtual Histogram& histogram(const std::string& name, const std::string& help,
                               const Labels& labels, const std::vector<double>& buckets) = 0;

  // Prometheus' text format 0.0.4.
  virtual std::string text() const = 0;
  virtual std::vector<Sample> samples() const = 0;
};

std::unique_ptr<Metrics> make_metrics();

}  // namespace fovea::core
