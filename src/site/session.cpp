#include "site/session.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/thread.h"
#include "infer/geometry.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
constexpr auto meter_window = 5s;
constexpr auto idle_wait = 1s;

}  // namespace

void SessionMeter::add(core::SteadyTime begin, core::SteadyTime end, double infer_ms) {
  std::lock_guard lock(mutex_);
  spans_.push_back({begin, end, infer_ms});
  while (end - spans_.front().end > meter_window) spans_.pop_front();
}

void SessionMeter::fill(SessionView& view, core::SteadyTime now) const {
  std::lock_guard lock(mutex_);
  const auto from = now - meter_window;
  core::SteadyTime::duration busy{};
  double infer_ms = 0;
  int frames = 0;
  for (const Span& span : spans_) {
    if (span.end < from) continue;
    busy += span.end - std::max(span.begin, from);
    infer_ms += span.infer_ms;
    ++frames;
  }
  const std::chrono::duration<double> window = meter_window;
  view.busy = std::min(1.0, std::chrono::duration<double>(busy) / window);
  view.fps = frames / window.count();
  view.infer_ms = frames == 0 ? 0 : infer_ms / frames;
}

Session::Session(std::string name, Scheduler& scheduler, SessionHooks hooks,
                 const core::Context& context)
    : name_(std::move(name)),
      scheduler_(scheduler),
      hooks_(std::move(hooks)),
      context_(context.named(name_)) {
  thread_ = core::start_thread(name_, [this](std::stop_token stop) { run(std::move(stop)); });
}

Session::~Session() { stop(); }

void Session::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

SessionView Session::view() const {
  SessionView view;
  view.name = name_;
  meter_.fill(view, context_.clock.steady());
  std::lock_guard lock(newest_mutex_);
  if (newest_) {
    view.model = newest_->model->manifest().name;
    view.engine = newest_->model->engine();
  }
  return view;
}

void Session::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const auto work = scheduler_.take(idle_wait, stop);
    if (work) {
      const auto cost = serve(*work);
      scheduler_.release(work->device, cost);
    }
    close_unused();
  }
}

Scheduler::Cost Session::serve(const Work& work) {
  const ServedPtr served = hooks_.served(work.device);
  if (!served) return {};  // its model was taken away while the frame waited
  {
    std::lock_guard lock(newest_mutex_);
    newest_ = served;
  }
  const auto begin = context_.clock.steady();
  auto picture =
      decode_covering(work, infer::decode_cover(served->model->manifest(), work.frame->size),
                      core::PixelFormat::rgb24, decoder_);
  const auto decoded = context_.clock.steady();
  Scheduler::Cost cost{core::milliseconds(decoded - begin), 0};
  if (!picture) {
    hooks_.failed(work, Fault::frame, picture.error());
    return cost;
  }
  auto inferred = infer_frame(work, served, *picture);
  if (!inferred) {
    hooks_.failed(work, Fault::session, inferred.error());
    return cost;
  }
  cost.infer_ms = inferred->prediction.infer_ms;
  inferred->wait_ms = core::milliseconds(work.taken - work.received) - work.video_ms;
  inferred->decode_ms = work.video_ms + cost.decode_ms;
  meter_.add(begin, context_.clock.steady(), cost.infer_ms);
  hooks_.done(*std::move(inferred));
  return cost;
}

core::Result<Inferred> Session::infer_frame(const Work& work, const ServedPtr& served,
                                            const core::Image& picture) {
  // Engines come as plug-ins; what one throws in spite of its contract costs one frame, not the
  // site.
  try {
    const auto predictor = predictor_of(served);
    if (!predictor) return predictor.error();
    auto prediction = (*predictor)->predict(picture, work.frame->size);
    if (!prediction) return prediction.error();
    return Inferred{work, served, *std::move(prediction), 0, 0};
  } catch (const std::exception& thrown) {
    forget_predictor(served);
    return core::Error{core::Code::internal, thrown.what()};
  } catch (...) {
    forget_predictor(served);
    return core::Error{core::Code::internal, "the engine threw something without words"};
  }
}

// What has thrown is in no known state: the next frame gets a new one.
void Session::forget_predictor(const ServedPtr& served) { opened_.erase(served->model.get()); }

core::Result<infer::Predictor*> Session::predictor_of(const ServedPtr& served) {
  const auto known = opened_.find(served->model.get());
  if (known != opened_.end()) return known->second.predictor.get();
  auto predictor = served->model->open();
  if (!predictor) return predictor.error();
  auto& opened = opened_[served->model.get()];
  opened = {served->model, *std::move(predictor)};
  return opened.predictor.get();
}

void Session::close_unused() {
  const auto unused = [&](const auto& entry) { return !hooks_.in_use(entry.first); };
  if (std::erase_if(opened_, unused) == 0) return;
  std::lock_guard lock(newest_mutex_);
  if (newest_ && !opened_.contains(newest_->model.get())) newest_.reset();
}

}  // namespace fovea::site
