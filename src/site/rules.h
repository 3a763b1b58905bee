#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "core/context.h"
#include "site/alert_sinks.h"
#include "site/devices.h"
#include "site/observer.h"
#include "site/recent_frames.h"
#include "site/rules_plan.h"
#include "site/state_store.h"
#include "site/timeline.h"
#include "stream/runner.h"

namespace fovea::site {

struct RuleView {
  stream::Rule rule;
  Origin from = Origin::config;  // config, or state: the page has made or changed it
  bool overrides = false;        // a rule of the configuration stands behind it
  stream::RuleStatus status;     // of a disabled one: as new
};

// What the site reacts to: the rules of the configuration with those that the page has made or
// changed on top, fed with all that is found in frames, by the site or by a device itself, and with
// whether devices are there. Observes the site; hands everything to the runner's thread, and
// nothing at all of devices that no rule looks at.
// Threads: any. Life: as the site's parts; the timeline, the store and the bus outlive stop().
class Rules final : public Observer {
 public:
  // `store` may be null: then what the page changes is forgotten at the end. `past_picture` is
  // asked on the runner's thread.
  Rules(StateStore* store, Timeline& timeline, bus::Bus& bus, PastPicture past_picture,
        const core::Context& context);
  ~Rules() override;

  // Reads the state; before the first apply(). Errors: io.
  core::Status load();
  // The configuration's rules and webhooks from now on. What is as it was goes on undisturbed.
  void apply(const RulesPlan& plan);
  void stop();  // nothing is delivered afterwards

  std::vector<RuleView> list() const;           // by name
  std::vector<std::string> sink_names() const;  // that a rule may name
  // Makes or replaces the rule of this name, over the one of the configuration. `json` is what
  // stream::parse_rule() takes; its name may be left out. Errors: bad_input (in words for whoever
  // draws it), busy (limits::rules_max), io (not kept; nothing changed).
  core::Result<RuleView> put(const std::string& name, std::string_view json);
  // Takes back what put() did: the configuration's rule is in effect again, or none. Errors:
  // not_found (no such rule), bad_input (it stands in the configuration; put a disabled one over
  // it), io.
  core::Status remove(const std::string& name);

  // Which of the devices are there that rules want to know that of; to be called each second or so.
  void look(const std::string& site, const Devices& devices);
  // The same of one. `sequence` is of the newest frame, whose picture an alert is shown with.
  void on_presence(const core::StreamId& stream, const stream::Presence& presence,
                   uint64_t sequence);

  void on_frame(const std::string& device, const FramePtr& frame) override;
  void on_mask(const std::string& device, const MaskPtr& mask) override;
  void on_result(const std::string& device, const ResultPtr& result) override;

 private:
  using Sinks = std::map<std::string, std::shared_ptr<stream::Sink>>;
  struct NewestMap {
    uint64_t sequence = 0;
    std::shared_ptr<stream::ClassMap> class_map;
  };

  std::vector<stream::Rule> effective() const;            // under mutex_
  bool wants_frames_of(const std::string& device) const;  // an alert is shown with one
  Sinks make_sinks(const std::vector<WebhookOptions>& webhooks);
  void run(Sinks sinks);
  void keep_memories();

  StateStore* const store_;
  Timeline& timeline_;
  core::Context context_;
  RecentFrames frames_;
  const std::shared_ptr<stream::Sink> timeline_sink_;
  const std::shared_ptr<stream::Sink> bus_sink_;

  std::mutex change_mutex_;   // one change at a time: read, write the state, apply
  mutable std::mutex mutex_;  // guards the five below
  RulesPlan plan_;
  std::map<std::string, std::string> kept_;        // rules of the state as text, by name
  std::map<std::string, stream::Rule> overrides_;  // those of them that can be used
  Sinks sinks_;
  bool stopped_ = false;

  std::mutex maps_mutex_;  // guards maps_
  std::map<std::string, NewestMap> maps_;
  std::map<std::string, std::string> memories_;  // of the state, for the first apply()
  std::atomic<bool> restored_ = false;           // that has happened
  stream::Runner runner_;                        // last: its thread uses the rest
};

}  // namespace fovea::site
