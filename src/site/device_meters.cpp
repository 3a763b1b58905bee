#include "site/device_meters.h"

#include <vector>

namespace fovea::site {
namespace {

const std::vector<double>& latency_buckets() {
  static const std::vector<double> buckets = {0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
                                              0.2,   0.5,   1,    2,    5,    10};
  return buckets;
}

core::Counter& dropped(core::Metrics& metrics, const std::string& device, const char* where) {
  return metrics.counter(
      "fovea_frames_dropped_total",
      "Frames that no session saw: replaced by a newer one (queue), more than the device's fps_max "
      "(rate), inter-coded and built on a lost one (key), or the device is paused (paused)",
      {{"device", device}, {"where", where}});
}

}  // namespace

DeviceMeters::DeviceMeters(core::Metrics& metrics, const std::string& device)
    : frames_received(metrics.counter("fovea_frames_received_total",
                                      "Frames that arrived at the site", {{"device", device}})),
      frames_lost(metrics.counter("fovea_frames_lost_total",
                                  "Frames that the camera numbered and that never arrived",
                                  {{"device", device}})),
      frames_replaced(dropped(metrics, device, "queue")),
      frames_over_rate(dropped(metrics, device, "rate")),
      frames_without_key(dropped(metrics, device, "key")),
      frames_paused(dropped(metrics, device, "paused")),
      frames_gated(metrics.counter(
          "fovea_frames_gated_total",
          "Frames that showed nothing new and were not inferred: the last result was repeated",
          {{"device", device}})),
      frames_bad(metrics.counter("fovea_frames_bad_total",
                                 "Frames that could not be decoded or were refused",
                                 {{"device", device}})),
      frames_time_wrong(metrics.counter(
          "fovea_frames_time_wrong_total",
          "Frames of a stream whose capture times stood still or ran backwards: rules went by "
          "arrival",
          {{"device", device}})),
      publisher_changes(metrics.counter(
          "fovea_publisher_changes_total",
          "Times a stream was numbered anew: a restarted camera, or two with one name",
          {{"device", device}})),
      results(metrics.counter("fovea_results_total", "Results made from a device's frames",
                              {{"device", device}})),
      failures(metrics.counter("fovea_session_failures_total",
                               "Frames that a session failed to infer", {{"device", device}})),
      decode_seconds(metrics.counter("fovea_decode_seconds_total",
                                     "Time spent on decoding a device's pictures",
                                     {{"device", device}})),
      results_refused(metrics.counter(
          "fovea_results_refused_total",
          "Masks and results of a device that this site did not make, and that do not count",
          {{"device", device}})),
      infer_seconds(metrics.histogram("fovea_infer_seconds", "The engine's run for one frame",
                                      {{"device", device}}, latency_buckets())),
      result_age_seconds(metrics.histogram("fovea_result_age_seconds",
                                           "From a frame's capture to its published result",
                                           {{"device", device}}, latency_buckets())) {}

std::map<std::string, double> DeviceMeters::values() const {
  return {{"frames_received", frames_received.value()},
          {"frames_lost", frames_lost.value()},
          {"frames_dropped_queue", frames_replaced.value()},
          {"frames_dropped_rate", frames_over_rate.value()},
          {"frames_dropped_key", frames_without_key.value()},
          {"frames_dropped_paused", frames_paused.value()},
          {"frames_gated", frames_gated.value()},
          {"frames_bad", frames_bad.value()},
          {"frames_time_wrong", frames_time_wrong.value()},
          {"publisher_changes", publisher_changes.value()},
          {"results", results.value()},
          {"session_failures", failures.value()},
          {"results_refused", results_refused.value()},
          {"decode_seconds", decode_seconds.value()}};
}

}  // namespace fovea::site
