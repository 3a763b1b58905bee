#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "codec/change_detector.h"
#include "codec/jpeg.h"
#include "codec/picture_rhythm.h"
#include "core/context.h"
#include "site/devices.h"
#include "site/result_maker.h"
#include "site/scheduler.h"

namespace fovea::site {

// Change gating: frames that show what the last inferred one showed are not inferred; their result
// is that one again, marked `"inferred": false`. Stands between the receiver and the scheduler, so
// that a gated frame takes nobody's place there.
// A frame passes when the device has no result yet, another model or gating off; while the scene's
// noise is being learned; when its thumbnail has changed from that of the last frame that was
// really inferred (never the last frame, so that a slow drift is seen, see codec::ChangeDetector);
// and when the next one would find the last inference older than `repeat_max`. An unchanged frame
// that comes while another of its device is being inferred waits for that result, so that results
// keep their order; a newer one replaces it, counted like in the scheduler. A picture that takes
// long to decode is handed to `beside` and comes back with it decoded (CostlyPictures), so that no
// device holds the gate's thread up for others.
// Threads: owns one; offer() and the rest from any. Limit: one waiting frame per device, and one
// thumbnail per frame on its way.
class Gate {
 public:
  static constexpr auto repeat_max = std::chrono::seconds(2);

  // Publishes the repeated result; called on the gate's thread, may block.
  using Repeat = std::function<void(Repeated repeated)>;

  // Decodes a picture and offers it again; called on the thread of offer().
  using Beside = std::function<void(Work work)>;

  Gate(Devices& devices, Scheduler& scheduler, Repeat repeat, Beside beside,
       const core::Context& context);
  ~Gate();

  void stop();
  // Of its thread, for those who measure.
  std::jthread::native_handle_type native_handle() { return thread_.native_handle(); }

  // Off: frames go to the scheduler on the thread of offer(). On before the first call.
  void set_enabled(const std::string& device, bool enabled);
  void offer(Work work);
  // The device is gone, or paused: what is known of it goes, too.
  void forget(const std::string& device);
  size_t devices() const;  // of which something is known
  // The frame's result was published.
  void on_inferred(const Inferred& inferred, const ResultPtr& result);
  // The frame gave none.
  void on_failed(const Work& work);

 private:
  // What a repeated result repeats.
  struct Reference {
    uint64_t sequence = 0;
    std::weak_ptr<const ServedModel> served;  // it does not keep a model that was replaced
    ResultPtr result;
    core::SteadyTime received;
    std::optional<core::Image> thumbnail;
  };
  // What others leave for the gate's thread; guarded by mutex_.
  struct Inbox {
    bool enabled = true;
    bool forget = false;      // what was known: gating was switched
    bool gone = false;        // and nothing is known since
    core::SteadyTime newest;  // when the newest frame came
    std::optional<Work> frame;
    std::optional<Reference> inferred;
    std::optional<uint64_t> failed;
  };
  // What only the gate's thread knows about a device.
  struct Lane {
    codec::ChangeDetector detector;
    std::optional<Reference> reference;
    std::optional<uint64_t> in_work;  // the newest frame that passed and has no result yet
    core::SteadyTime passed;          // when it came
    std::optional<Work> held;
    codec::PictureRhythm rhythm{repeat_max};
  };

  void run(std::stop_token stop);
  static bool is_empty(const Inbox& inbox) {
    return !inbox.forget && !inbox.frame && !inbox.inferred && !inbox.failed;
  }
  bool has_work() const;                    // mutex_ is held
  std::map<std::string, Inbox> take_all();  // mutex_ is held
  void serve(const std::string& device, Inbox inbox);
  static void take_reference(Lane& lane, Reference reference);
  void prepare(Lane& lane, Work& work);
  bool must_pass(const Lane& lane, const Work& work,
                 const codec::ChangeDetector::Judgement& judgement) const;
  void judge(Lane& lane);
  void pass(Lane& lane, Work work);
  Scheduler::Offer schedule(Work work);

  Devices& devices_;
  Scheduler& scheduler_;
  const Repeat repeat_;
  const Beside beside_;
  core::Context context_;
  codec::JpegDecoder decoder_;  // of the gate's thread, as are lanes_
  std::map<std::string, Lane> lanes_;
  mutable std::mutex mutex_;  // guards inboxes_
  std::condition_variable_any ready_;
  std::map<std::string, Inbox> inboxes_;
  std::jthread thread_;  // last: starts when all else is there
};

}  // namespace fovea::site
