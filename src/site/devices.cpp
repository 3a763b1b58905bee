#include "site/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/limits.h"
#include "site/device_classes.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;

// Two restarts may be a camera that was started twice in a row; three within this time are two
// cameras taking turns.
constexpr auto lineage_window = 10s;
constexpr size_t restarts_of_two = 3;

// A device that sent a result of its own lately needs none of ours.
constexpr auto device_infers_for = 5s;

// A device whose pictures take longer to decode, and twice what an inference does, is told so.
constexpr double costly_ms = 30;

constexpr const char* live_name = "fovea_device_live";

core::Gauge& live_gauge(core::Metrics& metrics, const std::string& id) {
  return metrics.gauge(live_name, "1 while the device's pictures come; 0: stale, away, none yet",
                       {{"device", id}});
}

void show_status(DeviceView& view, const wire::CameraStatus& status) {
  view.camera_fps = status.fps;
  view.source = status.source;
  view.adaptation = status.adaptation;
  view.privacy = status.privacy;
  view.main = status.main;
  view.main_detail = status.main_detail;
  view.dropped_camera = status.dropped;
}

std::string cost_in_words(double decode_ms, double infer_ms) {
  if (decode_ms <= std::max(costly_ms, 2 * infer_ms)) return {};
  return fmt::format(
      "; its pictures take {:.0f} ms to decode and {:.0f} ms to infer, so that it has its turn "
      "less "
      "often than others; send smaller ones",
      decode_ms, infer_ms);
}

std::optional<double> age_ms(core::Timestamp from, core::Timestamp now) {
  return std::max(0.0, core::milliseconds(now - from));
}

}  // namespace

Devices::Devices(const core::Context& context,
                 std::map<std::string, core::ClassList> device_classes)
    : context_(context), known_classes_(std::move(device_classes)) {
  never_seen_.first_seen = context_.clock.steady();
  never_seen_.first_seen_wall = context_.clock.now();
}

Devices::Record* Devices::find(const std::string& id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : found->second.get();
}

std::pair<Devices::Record*, Devices::Seen> Devices::find_or_add(const std::string& id) {
  if (Record* record = find(id)) return {record, Seen::known};
  if (records_.size() >= core::limits::devices_max) return {nullptr, Seen::refused};
  auto& meters = meters_[id];
  if (!meters) meters = std::make_unique<DeviceMeters>(context_.metrics, id);
  auto record = std::make_unique<Record>(*meters, live_gauge(context_.metrics, id));
  record->signs.first_seen = context_.clock.steady();
  record->signs.first_seen_wall = context_.clock.now();
  return {records_.emplace(id, std::move(record)).first->second.get(), Seen::added};
}

Devices::Seen Devices::expect(const std::string& id) {
  std::lock_guard lock(mutex_);
  return find_or_add(id).second;
}

// A stream is numbered upwards by one camera. Numbers that go back, or another instance, are a
// camera that was started again; when that keeps happening, two cameras share the name.
bool Devices::note_lineage(Record& record, const core::EncodedFrame& frame,
                           const std::string& instance, core::SteadyTime now) {
  const bool first = !record.frame;
  const bool other_instance = !first && instance != record.instance;
  const bool numbered_anew = !first && frame.sequence <= record.sequence;
  const uint64_t missing =
      first || other_instance || numbered_anew ? 0 : frame.sequence - record.sequence - 1;
  record.instance = instance;
  record.sequence = frame.sequence;
  while (!record.restarts.empty() && now - record.restarts.front() > lineage_window) {
    record.restarts.pop_front();
  }
  if (!other_instance && !numbered_anew) {
    // Between two interleaved numberings a gap means nothing.
    if (record.restarts.empty()) record.meters.frames_lost.add(static_cast<double>(missing));
    return false;
  }
  record.meters.publisher_changes.add();
  record.restarts.push_back(now);
  if (record.restarts.size() < restarts_of_two) return false;
  record.restarts.pop_front();
  const bool news = !record.shared_until || now > *record.shared_until;
  record.shared_until = now + lineage_window;
  return news;
}

Devices::FrameNote Devices::on_frame(const std::string& id, const FramePtr& frame,
                                     const std::string& instance,
                                     std::optional<core::Timestamp> published) {
  const auto now = context_.clock.steady();
  std::lock_guard lock(mutex_);
  const auto [record, seen] = find_or_add(id);
  FrameNote note;
  note.seen = seen;
  if (!record) return note;
  note.second_publisher = note_lineage(*record, *frame, instance, now);
  record->meters.frames_received.add();
  if (!marked_paused(id)) record->frame = frame;
  record->frame_rate.add(now);
  record->signs.last_frame = now;
  record->signs.last_frame_wall = context_.clock.now();
  record->signs.period_s = record->frame_rate.period_s();
  if (published) record->clock_gap.add(*published, record->signs.last_frame_wall, now);
  const TimeFault fault_before = record->times.fault();
  record->times.add(frame->captured, now);
  const TimeFault fault = record->times.fault();
  if (fault != fault_before) note.times_news = in_words(fault);
  note.times_wrong = fault != TimeFault::none;
  if (note.times_wrong) record->meters.frames_time_wrong.add();
  note.clocks_differ = note.times_wrong || record->clock_gap.gap().has_value();
  note.inferred_by_device = infers_itself(*record, now);
  return note;
}

bool Devices::marked_paused(const std::string& id) const {
  const auto found = marks_.find(id);
  return found != marks_.end() && found->second.paused;
}

void Devices::mark(const std::string& id, const std::string& name, bool paused) {
  std::lock_guard lock(mutex_);
  if (name.empty() && !paused) {
    marks_.erase(id);
  } else {
    marks_[id] = {name, paused};
  }
  Record* record = find(id);
  if (!record || !paused) return;
  record->frame = nullptr;  // a picture from before the pause would pass for one of now
  record->mask = nullptr;
  record->result = nullptr;
}

bool Devices::is_paused(const std::string& id) const {
  std::lock_guard lock(mutex_);
  return marked_paused(id);
}

bool Devices::has_wrong_times(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  return record && record->times.fault() != TimeFault::none;
}

bool Devices::is_main_of(const std::string& stream, const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  return record && record->status && record->status->main == stream;
}

std::optional<Devices::Seen> Devices::drop_paused(const std::string& id) {
  const auto now = context_.clock.steady();
  std::lock_guard lock(mutex_);
  if (!marked_paused(id)) return std::nullopt;
  const auto [record, seen] = find_or_add(id);
  if (!record) return seen;
  record->meters.frames_received.add();
  record->meters.frames_paused.add();
  record->frame_rate.add(now);
  record->signs.last_frame = now;
  record->signs.last_frame_wall = context_.clock.now();
  record->signs.period_s = record->frame_rate.period_s();
  return seen;
}

core::Status Devices::check_gone(const std::string& id) const {
  const Record* record = find(id);
  if (!record) {
    return core::Error{core::Code::not_found, "there is no device '" + id + "' at this site"};
  }
  const auto now = context_.clock.steady();
  const DeviceState state = judge(record->signs, now).state;
  if (state != DeviceState::away) {
    return core::Error{core::Code::busy, id + " is " + to_string(state) +
                                             "; only a device that is away can be forgotten"};
  }
  if (speaks(record->signs, now) && record->signs.camera_state != "stopped") {
    return core::Error{core::Code::busy, "the camera program of " + id +
                                             " still reports to this site; stop it, or "
                                             "remove the camera, first"};
  }
  return {};
}

core::Status Devices::may_forget(const std::string& id) const {
  std::lock_guard lock(mutex_);
  return check_gone(id);
}

void Devices::forget(const std::string& id) {
  std::lock_guard lock(mutex_);
  if (!check_gone(id)) return;
  records_.erase(id);
  context_.metrics.remove_gauge(live_name, {{"device", id}});
}

Devices::Seen Devices::on_status(const wire::CameraStatus& status) {
  std::lock_guard lock(mutex_);
  const auto [record, seen] = find_or_add(status.stream.device);
  if (!record) return seen;
  record->status = status;
  record->signs.last_status = context_.clock.steady();
  record->signs.last_status_wall = context_.clock.now();
  record->signs.camera_state = status.state;
  record->signs.camera_detail = status.detail;
  return seen;
}

void Devices::on_mask(const std::string& id, const MaskPtr& mask) {
  std::lock_guard lock(mutex_);
  Record* record = find(id);
  if (record && !marked_paused(id)) record->mask = mask;
}

void Devices::on_result(const std::string& id, const ResultPtr& result, bool by_device) {
  const auto now = context_.clock.steady();
  std::lock_guard lock(mutex_);
  Record* record = find(id);
  if (!record || marked_paused(id)) return;  // it was under way when the device was paused
  record->result = result;
  if (by_device) record->device_result = now;
  if (!result->result.inferred) {
    record->meters.frames_gated.add();
    record->gated_rate.add(now);
    return;
  }
  record->meters.results.add();
  record->result_rate.add(now);
}

void Devices::on_cost(const std::string& id, double decode_ms, double infer_ms) {
  constexpr double newest_counts = 0.1;
  std::lock_guard lock(mutex_);
  Record* record = find(id);
  if (!record) return;
  const bool first = record->infer_ms <= 0;
  record->decode_ms += (first ? 1 : newest_counts) * (decode_ms - record->decode_ms);
  record->infer_ms += (first ? 1 : newest_counts) * (infer_ms - record->infer_ms);
}

ClassesPtr Devices::device_classes(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  if (record && record->device_classes) return record->device_classes;
  return std::make_shared<core::ClassList>();
}

ClassesPtr Devices::learn_device_classes(const std::string& id, const wire::FrameResult& result) {
  std::lock_guard lock(mutex_);
  Record* record = find(id);
  if (!record) return std::make_shared<core::ClassList>();
  if (!record->device_classes || record->device_model != result.model_name) {
    const auto known = known_classes_.find(result.model_name);
    record->device_model = result.model_name;
    record->device_classes = std::make_shared<core::ClassList>(
        known == known_classes_.end() ? core::ClassList{} : known->second);
  }
  if (!known_classes_.contains(result.model_name)) {
    auto extended = extend_classes(*record->device_classes, result);
    if (extended != *record->device_classes) {
      record->device_classes = std::make_shared<core::ClassList>(std::move(extended));
    }
  }
  return record->device_classes;
}

bool Devices::set_fault(const std::string& id, Fault fault, const std::string& text) {
  std::lock_guard lock(mutex_);
  Record* record = find(id);
  if (!record) return false;
  if (text.empty()) return record->faults.erase(fault) > 0;
  return std::exchange(record->faults[fault], text) != text;
}

bool Devices::set_settings(const std::string& id, const DeviceSettings& settings) {
  std::lock_guard lock(mutex_);
  Record* record = find(id);
  if (!record || record->settings == settings) return false;
  record->settings = settings;
  if (settings.results_from.value == ResultsFrom::site) record->device_result.reset();
  return true;
}

void Devices::set_model(const std::string& id, ServedPtr served) {
  std::lock_guard lock(mutex_);
  Record* record = find(id);
  if (record) record->served.swap(served);  // what was served dies after the lock
}

void Devices::set_loading(const std::string& id, bool loading) {
  std::lock_guard lock(mutex_);
  if (Record* record = find(id)) record->loading = loading;
}

ServedPtr Devices::served(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  return record ? record->served : nullptr;
}

bool Devices::in_use(const infer::LoadedModel* model) const {
  std::lock_guard lock(mutex_);
  return std::any_of(records_.begin(), records_.end(), [&](const auto& entry) {
    return entry.second->served && entry.second->served->model.get() == model;
  });
}

DeviceMeters* Devices::meters(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const auto found = meters_.find(id);
  return found == meters_.end() ? nullptr : found->second.get();
}

std::vector<Devices::Transition> Devices::judge_all() {
  const auto now = context_.clock.steady();
  std::vector<Transition> transitions;
  std::lock_guard lock(mutex_);
  for (auto& [id, record] : records_) {
    const Verdict verdict = judge(record->signs, now);
    if (verdict.state == record->judged) continue;
    transitions.push_back({id, record->judged, verdict.state, verdict.detail});
    record->judged = verdict.state;
    record->live.set(verdict.state == DeviceState::live ? 1 : 0);
  }
  return transitions;
}

std::vector<Devices::Maker> Devices::judge_makers() {
  const auto now = context_.clock.steady();
  std::vector<Maker> makers;
  std::lock_guard lock(mutex_);
  for (auto& [id, record] : records_) {
    const bool itself = infers_itself(*record, now);
    if (std::exchange(record->judged_itself, itself) == itself) continue;
    makers.push_back({id, itself, itself ? record->device_model : std::string()});
  }
  return makers;
}

std::optional<Devices::Presence> Devices::presence(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  const Verdict verdict = judge(record ? record->signs : never_seen_, context_.clock.steady());
  if (verdict.state == DeviceState::connecting) return std::nullopt;
  return Presence{verdict.state == DeviceState::away, verdict.detail,
                  record && record->frame ? record->frame->sequence : 0};
}

std::vector<std::string> Devices::ids() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, record] : records_) ids.push_back(id);
  return ids;
}

std::vector<DeviceView> Devices::views() const {
  std::lock_guard lock(mutex_);
  std::vector<DeviceView> views;
  for (const auto& [id, record] : records_) views.push_back(make_view(id, *record));
  return views;
}

std::optional<DeviceView> Devices::view(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  if (!record) return std::nullopt;
  return make_view(id, *record);
}

std::optional<DeviceSettings> Devices::settings(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  if (!record) return std::nullopt;
  return record->settings;
}

FramePtr Devices::frame(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  return record ? record->frame : nullptr;
}

MaskPtr Devices::mask(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  return record ? record->mask : nullptr;
}

ResultPtr Devices::result(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const Record* record = find(id);
  return record ? record->result : nullptr;
}

bool Devices::infers_itself(const Record& record, core::SteadyTime now) const {
  return record.device_result && now - *record.device_result <= device_infers_for;
}

DeviceView Devices::make_view(const std::string& id, const Record& record) const {
  const auto now = context_.clock.steady();
  const auto wall = context_.clock.now();
  DeviceView view;
  view.id = id;
  const auto mark = marks_.find(id);
  if (mark != marks_.end()) {
    view.name = mark->second.name;
    view.paused = mark->second.paused;
  }
  const Verdict verdict = judge(record.signs, now);
  view.state = verdict.state;
  view.detail = verdict.detail;
  if (record.shared_until && now <= *record.shared_until) {
    view.detail += "; two cameras publish under this name, give one of them another (its --device)";
  }
  if (record.served) view.detail += cost_in_words(record.decode_ms, record.infer_ms);
  if (view.paused) {
    view.detail = "paused: its pictures are neither shown nor inferred" +
                  (view.state == DeviceState::live ? "" : "; " + view.detail);
  }
  view.video_fps = record.frame_rate.per_second(now);
  view.result_fps = record.result_rate.per_second(now);
  view.gated_fps = record.gated_rate.per_second(now);
  view.time_fault = record.times.fault();
  const bool times_wrong = view.time_fault != TimeFault::none;
  if (times_wrong) view.detail += "; " + in_words(view.time_fault);
  const auto gap = times_wrong ? std::nullopt : record.clock_gap.gap();
  if (gap) {
    view.clock_gap_s = std::chrono::duration<double>(*gap).count();
    view.detail += "; clocks differ: " + in_words(*gap);
  }
  if (record.frame) {
    view.size = record.frame->size;
    view.codec = record.frame->codec;
    view.last_frame_age_ms = gap || times_wrong ? core::milliseconds(now - *record.signs.last_frame)
                                                : age_ms(record.frame->captured, wall);
  }
  if (record.result && !gap && !times_wrong) {
    view.last_result_age_ms = age_ms(record.result->result.captured, wall);
  }
  if (record.status) show_status(view, *record.status);
  show_model(view, record, now);
  view.settings = record.settings;
  view.model_loading = record.loading;
  for (const auto& [fault, text] : record.faults) {
    if (fault == Fault::model && view.inferred_by_device) continue;  // it needs none of ours
    view.error = text;
    break;
  }
  const auto count = [](const core::Counter& counter) {
    return static_cast<uint64_t>(counter.value());
  };
  view.frames = count(record.meters.frames_received);
  view.results = count(record.meters.results);
  view.gated = count(record.meters.frames_gated);
  view.dropped_queue = count(record.meters.frames_replaced) +
                       count(record.meters.frames_over_rate) +
                       count(record.meters.frames_without_key);
  view.counters = record.meters.values();
  if (record.status) view.counters["camera_restarts"] = double(record.status->restarts);
  return view;
}

void Devices::show_model(DeviceView& view, const Record& record, core::SteadyTime now) const {
  view.inferred_by_device = infers_itself(record, now);
  if (view.inferred_by_device && record.result) {
    view.model = record.result->result.model_name;
    view.model_version = record.result->result.model_version;
    view.task = record.mask ? "segmentation" : "detection";
    view.classes = record.device_classes;
  } else if (record.served) {
    const auto& manifest = record.served->model->manifest();
    view.model = manifest.name;
    view.model_version = manifest.version;
    view.task = infer::to_string(manifest.task);
    view.engine = record.served->model->engine();
    view.classes = record.served->classes;
  }
}

}  // namespace fovea::site
