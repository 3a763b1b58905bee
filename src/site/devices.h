#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/context.h"
#include "infer/predictor.h"
#include "site/clock_gap.h"
#include "site/device_meters.h"
#include "site/device_state.h"
#include "site/device_view.h"
#include "site/frame_times.h"
#include "site/rate_meter.h"

namespace fovea::site {

// The model that a device is served with; immutable, so that a frame keeps the one it was taken
// with while the device already has the next.
struct ServedModel {
  std::string reference;
  std::shared_ptr<const infer::LoadedModel> model;
  ClassesPtr classes;
};
using ServedPtr = std::shared_ptr<const ServedModel>;

// Why a device has no (new) results; the first of several is shown.
enum class Fault { model, session, frame };

// All that is known about the site's devices. Only keeps and judges; tells nobody: each change
// says in its answer what its caller has to tell. Shows fovea_device_live{device}, as judge_all()
// last found it.
// Threads: any. Limit: limits::devices_max devices.
class Devices {
 public:
  // `device_classes`: class lists of models that only devices run, by model name.
  Devices(const core::Context& context, std::map<std::string, core::ClassList> device_classes);

  enum class Seen { known, added, refused };
  Seen expect(const std::string& id);  // refused: limits::devices_max are there

  struct FrameNote {
    Seen seen = Seen::known;
    bool second_publisher = false;  // it has just become clear that two cameras use this name
    bool inferred_by_device = false;
    bool clocks_differ = false;  // what is the camera's time and what is ours cannot be compared
    bool times_wrong = false;    // its capture times stand still or run backwards
    std::string times_news;      // in words, with the frame that changes this
  };
  // `instance` tells one run of a camera from another; empty: it does not say. `published` is when
  // the camera says that it sent the frame.
  FrameNote on_frame(const std::string& id, const FramePtr& frame, const std::string& instance,
                     std::optional<core::Timestamp> published = std::nullopt);
  // What somebody has decided about a device, whether it is there yet or not.
  void mark(const std::string& id, const std::string& name, bool paused);
  // A frame of a paused device is counted, shows that the camera lives, and is gone. Empty: the
  // device is not paused, the frame is to be served.
  std::optional<Seen> drop_paused(const std::string& id);
  bool is_paused(const std::string& id) const;
  bool has_wrong_times(const std::string& id) const;
  // Whether the device told that its large stream is `stream`.
  bool is_main_of(const std::string& stream, const std::string& id) const;
  // Whether the device can go: busy unless it is away and its camera silent; not_found.
  core::Status may_forget(const std::string& id) const;
  void forget(const std::string& id);  // does nothing to one that has come back meanwhile

  Seen on_status(const wire::CameraStatus& status);

  void on_mask(const std::string& id, const MaskPtr& mask);
  void on_result(const std::string& id, const ResultPtr& result, bool by_device);
  // What a result of the site's took: decoding its picture, the inference.
  void on_cost(const std::string& id, double decode_ms, double infer_ms);
  // The classes of the model that the device itself runs, as far as they are known; never null.
  ClassesPtr device_classes(const std::string& id) const;
  // The same after one more result of it.
  ClassesPtr learn_device_classes(const std::string& id, const wire::FrameResult& result);

  // An empty text ends the fault. True: what is shown has changed.
  bool set_fault(const std::string& id, Fault fault, const std::string& text);
  bool set_settings(const std::string& id, const DeviceSettings& settings);
  void set_model(const std::string& id, ServedPtr served);  // null: none
  void set_loading(const std::string& id, bool loading);

  ServedPtr served(const std::string& id) const;
  bool in_use(const infer::LoadedModel* model) const;
  // Whom counters of a device are for; null: no such device. Valid as long as this object.
  DeviceMeters* meters(const std::string& id) const;

  // States that are different from those of the last call.
  struct Transition {
    std::string device;
    DeviceState from;
    DeviceState to;
    std::string detail;
  };
  std::vector<Transition> judge_all();

  // Whose results are by another maker than at the last call: the device itself, or this site.
  struct Maker {
    std::string device;
    bool itself = false;
    std::string model;
  };
  std::vector<Maker> judge_makers();

  // Whether a device is there, also one that this site has never heard of; empty while it may still
  // come. `sequence` is of the newest frame that may be shown, 0: there is none.
  struct Presence {
    bool away = false;
    std::string detail;
    uint64_t sequence = 0;
  };
  std::optional<Presence> presence(const std::string& id) const;

  std::vector<std::string> ids() const;
  std::vector<DeviceView> views() const;
  std::optional<DeviceView> view(const std::string& id) const;
  std::optional<DeviceSettings> settings(const std::string& id) const;
  FramePtr frame(const std::string& id) const;
  MaskPtr mask(const std::string& id) const;
  ResultPtr result(const std::string& id) const;

 private:
  struct Record {
    Record(DeviceMeters& counted, core::Gauge& shown) : meters(counted), live(shown) {}

    DeviceMeters& meters;
    core::Gauge& live;
    Signs signs;
    DeviceState judged = DeviceState::connecting;
    RateMeter frame_rate;
    RateMeter result_rate;
    ClockGap clock_gap;
    FrameTimes times;
    RateMeter gated_rate;

    // Lineage of the stream: who numbers its frames.
    std::string instance;
    uint64_t sequence = 0;
    std::deque<core::SteadyTime> restarts;
    std::optional<core::SteadyTime> shared_until;  // two publishers until then

    FramePtr frame;
    MaskPtr mask;
    ResultPtr result;
    double decode_ms = 0;  // of a picture and of an inference, means of the last ones
    double infer_ms = 0;
    std::optional<core::SteadyTime> device_result;  // when the device last sent its own
    bool judged_itself = false;
    ClassesPtr device_classes;
    std::string device_model;

    std::optional<wire::CameraStatus> status;
    DeviceSettings settings;
    ServedPtr served;
    bool loading = false;
    std::map<Fault, std::string> faults;
  };

  bool marked_paused(const std::string& id) const;       // under mutex_
  core::Status check_gone(const std::string& id) const;  // the same
  Record* find(const std::string& id) const;
  std::pair<Record*, Seen> find_or_add(const std::string& id);
  bool note_lineage(Record& record, const core::EncodedFrame& frame, const std::string& instance,
                    core::SteadyTime now);
  bool infers_itself(const Record& record, core::SteadyTime now) const;
  DeviceView make_view(const std::string& id, const Record& record) const;
  void show_model(DeviceView& view, const Record& record, core::SteadyTime now) const;

  core::Context context_;
  const std::map<std::string, core::ClassList> known_classes_;
  Signs never_seen_;  // of a device that has given none: since the start
  struct Mark {
    std::string name;
    bool paused = false;
  };

  mutable std::mutex mutex_;  // guards what follows, and what is in it
  std::map<std::string, Mark> marks_;
  // Outlive a forgotten device, like the counters that they stand for.
  std::map<std::string, std::unique_ptr<DeviceMeters>> meters_;
  std::map<std::string, std::unique_ptr<Record>> records_;
};

}  // namespace fovea::site
