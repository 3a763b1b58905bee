#pragma once

#include <vector>

#include "site/observer.h"

namespace fovea::site {

// Tells all observers, in the order they were added. They are added before any other thread runs,
// so no lock is needed to call them.
class Observers final : public Observer {
 public:
  void add(Observer& observer) { observers_.push_back(&observer); }

  void on_frame(const std::string& device, const FramePtr& frame) override {
    for (Observer* observer : observers_) observer->on_frame(device, frame);
  }
  void on_jpeg(const std::string& device, const FramePtr& frame) override {
    for (Observer* observer : observers_) observer->on_jpeg(device, frame);
  }
  void on_mask(const std::string& device, const MaskPtr& mask) override {
    for (Observer* observer : observers_) observer->on_mask(device, mask);
  }
  void on_result(const std::string& device, const ResultPtr& result) override {
    for (Observer* observer : observers_) observer->on_result(device, result);
  }
  void on_event(const TimelineEvent& event) override {
    for (Observer* observer : observers_) observer->on_event(event);
  }
  void on_device_changed(const std::string& device) override {
    for (Observer* observer : observers_) observer->on_device_changed(device);
  }

 private:
  std::vector<Observer*> observers_;
};

}  // namespace fovea::site
