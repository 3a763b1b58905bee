#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "codec/jpeg.h"
#include "core/context.h"
#include "site/result_maker.h"
#include "site/scheduler.h"
#include "site/site.h"

namespace fovea::site {

// What a session asks and tells; all called on the session's thread, without a lock.
struct SessionHooks {
  std::function<ServedPtr(const std::string& device)> served;   // null: no model
  std::function<bool(const infer::LoadedModel* model)> in_use;  // by any device
  std::function<void(Inferred inferred)> done;                  // may block: backpressure
  // The frame gives no result; `fault` is frame (it is bad) or session (the engine failed).
  std::function<void(const Work& work, Fault fault, const core::Error& error)> failed;
};

// How busy a session is, over the last seconds. Threads: any.
class SessionMeter {
 public:
  void add(core::SteadyTime begin, core::SteadyTime end, double infer_ms);
  void fill(SessionView& view, core::SteadyTime now) const;

 private:
  struct Span {
    core::SteadyTime begin;
    core::SteadyTime end;
    double infer_ms;
  };
  mutable std::mutex mutex_;  // guards spans_
  std::deque<Span> spans_;
};

// One worker: takes the next frame from the scheduler, decodes it, infers, hands over. Opens one
// predictor per model when first needed and closes it when no device uses the model any more. A
// frame is inferred by the model its device had when the frame was taken, so a change of model
// neither drops nor doubles a result.
// Threads: owns one; view() from any. Destroying waits for the frame in work.
class Session {
 public:
  Session(std::string name, Scheduler& scheduler, SessionHooks hooks, const core::Context& context);
  ~Session();

  void stop();
  SessionView view() const;

 private:
  struct Opened {
    std::shared_ptr<const infer::LoadedModel> model;
    std::unique_ptr<infer::Predictor> predictor;
  };

  void run(std::stop_token stop);
  Scheduler::Cost serve(const Work& work);
  core::Result<Inferred> infer_frame(const Work& work, const ServedPtr& served,
                                     const core::Image& picture);
  core::Result<infer::Predictor*> predictor_of(const ServedPtr& served);
  void forget_predictor(const ServedPtr& served);
  void close_unused();

  const std::string name_;
  Scheduler& scheduler_;
  const SessionHooks hooks_;
  core::Context context_;
  codec::JpegDecoder decoder_;
  std::map<const infer::LoadedModel*, Opened> opened_;
  SessionMeter meter_;
  mutable std::mutex newest_mutex_;  // guards newest_
  ServedPtr newest_;                 // model of the newest frame, for view()
  std::jthread thread_;              // last: starts when all else is there
};

}  // namespace fovea::site
