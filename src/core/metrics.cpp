#include "core/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>

#include "core/assert.h"

namespace fovea::core {

namespace {

struct PrometheusCounter final : Counter {
  explicit PrometheusCounter(prometheus::Counter& counter) : inner(counter) {}
  void add(double amount) override { inner.Increment(amount); }
  double value() const override { return inner.Value(); }
  prometheus::Counter& inner;
};

struct PrometheusGauge final : Gauge {
  PrometheusGauge(prometheus::Family<prometheus::Gauge>& of, prometheus::Gauge& gauge)
      : family(of), inner(gauge) {}
  void set(double value) override { inner.Set(value); }
  double value() const override { return inner.Value(); }
  prometheus::Family<prometheus::Gauge>& family;
  prometheus::Gauge& inner;
};

struct PrometheusHistogram final : Histogram {
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : inner(histogram) {}
  void observe(double value) override { inner.Observe(value); }
  prometheus::Histogram& inner;
};

template <typename Handle>
using Handles = std::map<std::pair<std::string, Labels>, std::unique_ptr<Handle>>;

class PrometheusMetrics final : public Metrics {
 public:
  Counter& counter(const std::string& name, const std::string& help,
                   const Labels& labels) override {
    std::lock_guard lock(mutex_);
    auto& handle = counters_[{name, labels}];
    if (!handle) {
      auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
      handle = std::make_unique<PrometheusCounter>(family.Add(labels));
    }
    return *handle;
  }

  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels) override {
    std::lock_guard lock(mutex_);
    auto& handle = gauges_[{name, labels}];
    if (!handle) {
      auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
      handle = std::make_unique<PrometheusGauge>(family, family.Add(labels));
    }
    return *handle;
  }

  void remove_gauge(const std::string& name, const Labels& labels) override {
    std::lock_guard lock(mutex_);
    const auto found = gauges_.find({name, labels});
    if (found == gauges_.end()) return;
    found->second->family.Remove(&found->second->inner);
    gauges_.erase(found);
  }

  Histogram& histogram(const std::string& name, const std::string& help, const Labels& labels,
                       const std::vector<double>& buckets) override {
    std::lock_guard lock(mutex_);
    auto& handle = histograms_[{name, labels}];
    if (!handle) {
      auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
      handle = std::make_unique<PrometheusHistogram>(family.Add(labels, buckets));
    }
    return *handle;
  }

  std::string text() const override {
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

  std::vector<Sample> samples() const override {
    std::vector<Sample> samples;
    for (const auto& family : registry_.Collect()) {
      for (const auto& metric : family.metric) add_samples(family, metric, samples);
    }
    return samples;
  }

 private:
  static void add_samples(const prometheus::MetricFamily& family,
                          const prometheus::ClientMetric& metric, std::vector<Sample>& samples) {
    Labels labels;
    for (const auto& label : metric.label) labels[label.name] = label.value;
    switch (family.type) {
      case prometheus::MetricType::Counter:
        samples.push_back({family.name, labels, metric.counter.value});
        break;
      case prometheus::MetricType::Gauge:
        samples.push_back({family.name, labels, metric.gauge.value});
        break;
      case prometheus::MetricType::Histogram:
        samples.push_back({family.name + "_count", labels, double(metric.histogram.sample_count)});
        samples.push_back({family.name + "_sum", labels, metric.histogram.sample_sum});
        break;
      default: break;
    }
  }

  std::mutex mutex_;  // guards the three maps of handles
  prometheus::Registry registry_;
  Handles<Counter> counters_;
  Handles<PrometheusGauge> gauges_;
  Handles<Histogram> histograms_;
};

}  // namespace

std::unique_ptr<Metrics> make_metrics() { return std::make_unique<PrometheusMetrics>(); }

}  // namespace fovea::core
