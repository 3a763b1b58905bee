#include "site/gate.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/thread.h"
#include "site/costly_pictures.h"

namespace fovea::site {

Gate::Gate(Devices& devices, Scheduler& scheduler, Repeat repeat, Beside beside,
           const core::Context& context)
    : devices_(devices),
      scheduler_(scheduler),
      repeat_(std::move(repeat)),
      beside_(std::move(beside)),
      context_(context.named("gate")) {
  thread_ = core::start_thread("gate", [this](std::stop_token stop) { run(std::move(stop)); });
}

Gate::~Gate() { stop(); }

void Gate::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Gate::set_enabled(const std::string& device, bool enabled) {
  std::lock_guard lock(mutex_);
  Inbox& inbox = inboxes_[device];
  inbox.gone = false;
  if (inbox.enabled == enabled) return;
  inbox.enabled = enabled;
  inbox.forget = true;
  inbox.inferred.reset();
  ready_.notify_one();
}

void Gate::forget(const std::string& device) {
  std::lock_guard lock(mutex_);
  const auto inbox = inboxes_.find(device);
  if (inbox == inboxes_.end()) return;
  const bool enabled = inbox->second.enabled;
  inbox->second = {};
  inbox->second.enabled = enabled;
  inbox->second.forget = inbox->second.gone = true;
  ready_.notify_one();
}

size_t Gate::devices() const {
  std::lock_guard lock(mutex_);
  return inboxes_.size();
}

void Gate::offer(Work work) {
  if (!work.picture && CostlyPictures::is_costly(*work.frame)) return beside_(std::move(work));
  {
    std::lock_guard lock(mutex_);
    Inbox& inbox = inboxes_[work.device];
    inbox.gone = false;
    // A quick one has overtaken it while it was decoded: results keep their order.
    if (work.received < inbox.newest) return devices_.meters(work.device)->frames_replaced.add();
    inbox.newest = work.received;
    if (inbox.enabled) {
      if (inbox.frame) devices_.meters(work.device)->frames_replaced.add();
      inbox.frame = std::move(work);
      ready_.notify_one();
      return;
    }
  }
  schedule(std::move(work));
}

void Gate::on_inferred(const Inferred& inferred, const ResultPtr& result) {
  const Work& work = inferred.work;
  if (!work.thumbnail) return;  // it came past the gate
  std::lock_guard lock(mutex_);
  inboxes_[work.device].inferred =
      Reference{work.frame->sequence, inferred.served, result, work.received, work.thumbnail};
  ready_.notify_one();
}

void Gate::on_failed(const Work& work) {
  std::lock_guard lock(mutex_);
  inboxes_[work.device].failed = work.frame->sequence;
  ready_.notify_one();
}

bool Gate::has_work() const {
  return std::any_of(inboxes_.begin(), inboxes_.end(),
                     [](const auto& entry) { return !is_empty(entry.second); });
}

std::map<std::string, Gate::Inbox> Gate::take_all() {
  std::map<std::string, Inbox> taken;
  for (auto entry = inboxes_.begin(); entry != inboxes_.end();) {
    auto& [device, inbox] = *entry;
    const bool gone = inbox.gone;
    if (!is_empty(inbox)) {
      Inbox left;
      left.enabled = inbox.enabled;
      left.newest = inbox.newest;
      taken[device] = std::exchange(inbox, std::move(left));
    }
    entry = gone ? inboxes_.erase(entry) : std::next(entry);
  }
  return taken;
}

void Gate::run(std::stop_token stop) {
  while (true) {
    std::map<std::string, Inbox> taken;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, stop, [this] { return has_work(); });
      if (stop.stop_requested()) return;
      taken = take_all();
    }
    for (auto& [device, inbox] : taken) serve(device, std::move(inbox));
  }
}

void Gate::serve(const std::string& device, Inbox inbox) {
  if (inbox.forget) lanes_.erase(device);
  if (inbox.gone) return;
  if (!inbox.enabled) {
    const auto lane = lanes_.find(device);
    if (lane != lanes_.end() && lane->second.held) {  // from when it was enabled
      if (inbox.frame)
        devices_.meters(device)->frames_replaced.add();
      else
        inbox.frame = std::move(lane->second.held);
      lane->second.held.reset();
    }
    if (inbox.frame) schedule(*std::move(inbox.frame));
    return;
  }
  Lane& lane = lanes_[device];
  if (inbox.inferred) take_reference(lane, *std::move(inbox.inferred));
  if (inbox.failed && inbox.failed == lane.in_work) lane.in_work.reset();
  if (inbox.frame) {
    if (lane.held) devices_.meters(device)->frames_replaced.add();
    lane.held = *std::move(inbox.frame);
    prepare(lane, *lane.held);
  }
  if (lane.held) judge(lane);
}

void Gate::take_reference(Lane& lane, Reference reference) {
  if (lane.in_work == reference.sequence) lane.in_work.reset();
  lane.detector.offer_reference(*reference.thumbnail, reference.received);
  lane.reference = std::move(reference);
}

void Gate::prepare(Lane& lane, Work& work) {
  lane.rhythm.note(work.received);
  const auto begin = context_.clock.steady();
  auto thumbnail = decode_covering(work, codec::ChangeDetector::thumbnail_cover(work.frame->size),
                                   core::PixelFormat::gray8, decoder_);
  // What cannot be decoded passes: the session says what is wrong with it.
  if (thumbnail) work.thumbnail = *std::move(thumbnail);
  work.thumbnail_ms = core::milliseconds(context_.clock.steady() - begin);
  devices_.meters(work.device)->decode_seconds.add(work.thumbnail_ms / 1000);
}

bool Gate::must_pass(const Lane& lane, const Work& work,
                     const codec::ChangeDetector::Judgement& judgement) const {
  if (judgement.changed || !lane.detector.learned()) return true;
  if (devices_.served(work.device) != lane.reference->served.lock()) return true;
  const auto newest =
      lane.in_work ? std::max(lane.passed, lane.reference->received) : lane.reference->received;
  return lane.rhythm.is_due(work.received, newest);
}

void Gate::judge(Lane& lane) {
  Work work = *std::exchange(lane.held, std::nullopt);
  if (!work.thumbnail || !lane.detector.has_reference() || !lane.reference) {
    return pass(lane, std::move(work));
  }
  const auto judgement = lane.detector.judge(*work.thumbnail);
  if (must_pass(lane, work, judgement)) return pass(lane, std::move(work));
  if (lane.in_work) {
    lane.held = std::move(work);
    return;
  }
  Repeated repeated;
  repeated.result = lane.reference->result;
  repeated.shift_x = judgement.shift_x * work.frame->size.width;
  repeated.shift_y = judgement.shift_y * work.frame->size.height;
  repeated.wait_ms = core::milliseconds(context_.clock.steady() - work.received) -
                     work.thumbnail_ms - work.video_ms;
  repeated.work = std::move(work);
  repeat_(std::move(repeated));
}

void Gate::pass(Lane& lane, Work work) {
  const uint64_t sequence = work.frame->sequence;
  const auto received = work.received;
  if (schedule(std::move(work)) == Scheduler::Offer::over_rate) return;
  lane.in_work = sequence;
  lane.passed = received;
}

Scheduler::Offer Gate::schedule(Work work) {
  DeviceMeters* meters = devices_.meters(work.device);
  const auto outcome = scheduler_.offer(std::move(work));
  if (outcome == Scheduler::Offer::replaced_older) meters->frames_replaced.add();
  if (outcome == Scheduler::Offer::over_rate) meters->frames_over_rate.add();
  return outcome;
}

}  // namespace fovea::site
