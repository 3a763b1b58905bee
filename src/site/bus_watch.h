#pragma once

#include <set>
#include <string>

#include "bus/bus.h"
#include "site/timeline.h"

namespace fovea::site {

// Tells the timeline what happens to the site's bus: lost, there again, and what is wrong with it
// although events flow. Asked by the warden, who owns it. Threads: one.
class BusWatch {
 public:
  BusWatch(const bus::Bus& bus, Timeline& timeline) : bus_(bus), timeline_(timeline) {}

  void look();

 private:
  const bus::Bus& bus_;
  Timeline& timeline_;
  bus::Connection last_ = bus::Connection::connected;
  std::set<std::string> warned_;  // what is wrong already, by its name
};

}  // namespace fovea::site
