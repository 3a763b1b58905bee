#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/context.h"
#include "core/fair_queue.h"
#include "stream/pipeline.h"
#include "stream/sink.h"

namespace fovea::stream {

// Runs the rules of a site on a thread of its own: observations and presences in, alerts to the
// sinks. So a rule costs whoever makes results nothing but a push. Devices take turns, each in its
// own order. When it cannot keep up, the device with the most of the
// limits::observations_waiting_max that wait loses its oldest, which is counted.
// Threads: any, but stop().
class Runner {
 public:
  // The sinks must outlive stop(). `alerted` is called on the runner's thread after an alert was
  // delivered, when what the rule remembers has changed for good; may ask for snapshots().
  Runner(std::map<std::string, std::shared_ptr<Sink>> sinks, const core::Context& context,
         std::function<void()> alerted = {});
  ~Runner();

  // From now on exactly these. A rule that is as it was goes on with what it remembers; `sinks`
  // replaces the sinks as well. Names of sinks that are not there are ignored.
  void set_rules(const std::vector<Rule>& rules,
                 std::map<std::string, std::shared_ptr<Sink>> sinks);
  void set_rules(const std::vector<Rule>& rules);

  // An enabled rule looks at these things of the device.
  bool wants(const std::string& device, Flow flow = Flow::observation) const;
  std::set<std::string> wanted(Flow flow) const;  // all devices for which that is so
  void push(Item seen);
  void push(ObservationPtr seen) { push(to_item(std::move(seen))); }
  // Ends the thread; nothing is delivered afterwards.
  void stop();

  std::map<std::string, RuleStatus> statuses() const;  // by rule
  // What the rules remember, by name, and giving it back to rules that know what to do with it.
  std::map<std::string, std::string> snapshots() const;
  void restore(const std::map<std::string, std::string>& snapshots);

 private:
  void run(const std::stop_token& stop);
  void serve(const Item& seen);

  using SinkPtr = std::shared_ptr<Sink>;
  struct Running {
    std::string definition;  // the rule as text, to see whether it has changed
    std::unique_ptr<Pipeline> pipeline;
  };

  core::Context context_;
  const std::function<void()> alerted_;
  core::FairQueue<Item> queue_;  // by device
  core::Counter& observations_;
  core::Counter& dropped_;
  core::Histogram& seconds_;
  mutable std::mutex devices_mutex_;  // guards devices_, so that asking never waits for a rule
  std::map<Flow, std::set<std::string>> devices_;  // that an enabled rule looks at
  mutable std::mutex mutex_;  // guards the two below; held while operators run, not for sinks
  std::map<std::string, SinkPtr> sinks_;
  std::map<std::string, Running> rules_;  // the enabled ones
  std::jthread thread_;                   // last: starts when all else is there
};

}  // namespace fovea::stream
