#pragma once

#include <map>
#include <string>

#include "core/metrics.h"

namespace fovea::site {

// Everything that is counted for one device; looked up once, as labels cost a search.
// Threads: any.
struct DeviceMeters {
  DeviceMeters(core::Metrics& metrics, const std::string& device);

  // The same numbers for the API, by name without prefix and suffix.
  std::map<std::string, double> values() const;

  core::Counter& frames_received;
  core::Counter& frames_lost;      // numbered by the camera, never arrived
  core::Counter& frames_replaced;  // by a newer one while waiting, or its model went
  core::Counter& frames_over_rate;
  core::Counter& frames_without_key;  // inter-coded, and what they build on was lost
  core::Counter& frames_paused;       // dropped at the door, as the device is paused
  core::Counter& frames_gated;        // unchanged: the last result was repeated for them
  core::Counter& frames_bad;
  core::Counter& frames_time_wrong;  // their stream's capture times stand still or run backwards
  core::Counter& publisher_changes;  // the stream started anew, or two cameras share the name
  core::Counter& results;
  core::Counter& failures;         // of a session
  core::Counter& decode_seconds;   // of its pictures, wherever
  core::Counter& results_refused;  // masks and results of others, which do not count
  core::Histogram& infer_seconds;
  core::Histogram& result_age_seconds;  // captured -> result published
};

}  // namespace fovea::site
