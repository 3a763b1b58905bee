#pragma once

#include <deque>
#include <mutex>
#include <string>

#include "core/context.h"
#include "site/devices.h"
#include "site/known_devices.h"
#include "site/observer.h"
#include "site/occasional.h"
#include "site/timeline.h"

namespace fovea::site {

// What happens with devices, in words: for the timeline, the log and whoever watches. Threads: any.
// Limit: of strangers strangers_told_max are named in strangers_period, so that one who makes names
// up does not push everything else off the timeline; the page lists those who wait.
class DeviceNews {
 public:
  static constexpr size_t strangers_told_max = 8;
  static constexpr auto strangers_period = std::chrono::minutes(10);

  DeviceNews(Timeline& timeline, Observer& observer, const core::Context& context);

  void found(const std::string& device);
  void two_publish(const std::string& device);
  void times_changed(const std::string& device, const std::string& text);
  void one_too_many(const std::string& device);
  void waits(const std::string& device);            // it is not known, and begins to wait
  void foreign_results(const std::string& device);  // are refused; said once in a while
  void changed(const std::string& device, const Override& before, const Override& after);
  void transitions(Devices& devices);  // of states and of who makes the results

 private:
  void tell(const std::string& device, const std::string& text);

  Timeline& timeline_;
  Observer& observer_;
  const core::Context context_;
  Occasional occasional_;
  std::mutex mutex_;  // guards strangers_
  std::deque<core::SteadyTime> strangers_;
};

}  // namespace fovea::site
