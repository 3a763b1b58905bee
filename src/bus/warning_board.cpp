#include "bus/warning_board.h"

#include <algorithm>
#include <utility>

namespace fovea::bus {

namespace {

constexpr const char* old_server = "old_server";

bool contains(const std::vector<Warning>& list, const std::string& what) {
  return std::ranges::any_of(list, [&](const Warning& each) { return each.what == what; });
}

}  // namespace

WarningBoard::WarningBoard(std::vector<Warning> lasting, const core::Context& context)
    : lasting_(std::move(lasting)), context_(context) {
  for (const char* what : {"no_credentials", "unencrypted", "strangers", old_server}) {
    measure(what, contains(lasting_, what));
  }
  for (const auto& warning : lasting_) context_.log.warning("{}", warning.text);
}

void WarningBoard::put(std::vector<Warning> found) {
  std::vector<Warning> before;
  {
    std::lock_guard lock(mutex_);
    before = std::exchange(found_, found);
  }
  for (const auto& warning : found) {
    if (contains(before, warning.what)) continue;
    context_.log.warning("{}", warning.text);
    measure(warning.what, true);
  }
  for (const auto& warning : before) {
    if (contains(found, warning.what)) continue;
    context_.log.info("over: {}", warning.text);
    measure(warning.what, false);
  }
}

std::vector<Warning> WarningBoard::all() const {
  std::vector<Warning> all = lasting_;
  std::lock_guard lock(mutex_);
  all.insert(all.end(), found_.begin(), found_.end());
  return all;
}

void WarningBoard::measure(const std::string& what, bool lasts) {
  core::Gauge& gauge =
      what == old_server ? context_.metrics.gauge("fovea_bus_server_old",
                                                  "1: the broker is a version with a known hole")
                         : context_.metrics.gauge("fovea_bus_open",
                                                  "1: the bus is open to others, by what it lacks",
                                                  {{"what", what}});
  gauge.set(lasts ? 1 : 0);
}

}  // namespace fovea::bus
