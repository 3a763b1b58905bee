#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "bus/bus.h"
#include "camera/agent_state.h"
#include "camera/backoff.h"
#include "camera/frame_maker.h"
#include "camera/main_stream.h"
#include "camera/still_gate.h"
#include "core/context.h"
#include "core/queue.h"
#include "video/source.h"

namespace fovea::camera {

inline constexpr int quality_default = 85;

struct AgentOptions {
  core::StreamId stream;
  std::string source;  // SPEC of video::open_source()
  // SPECs as they were written, with ${NAME}, which is what is shown; empty: as they are. What was
  // put in stands in source_options.secrets and is masked in all that the camera tells.
  std::string source_written;
  std::string main_written;
  // A larger stream of the same camera (SPEC), published as main_stream_name() while the site asks
  // for it; the one above is for inference and small views. Empty: there is only one.
  std::string main_source;
  std::string main_of;  // this is such a stream, of that device
  video::SourceOptions source_options;
  FrameCodec codec = FrameCodec::as_source;
  int quality = quality_default;  // of JPEG, or about the same of H.264; 1 to 100
  bool adapt = true;              // send less over a slow link (see Adaptation)
  bool gating = false;            // pictures that show nothing new stay here (see StillGate)
  PrivacyAreas privacy;           // blacked out before anything is published
  bool publish_truth = false;     // a synthetic source's class map and boxes go out as results
  bool once = false;              // end with the source instead of opening it again
  // End when the very first opening fails in a way that waiting cannot mend (a misspelt path): a
  // person is looking. Without it the agent tries for ever.
  bool ends_on_bad_source = false;
};

// Of the small or the large stream, as it may be shown.
std::string shown_source(const AgentOptions& options);
std::string shown_main_source(const AgentOptions& options);

// One camera: reads a source, encodes what is not yet compressed, publishes frames with the bus's
// credit (no credit: the picture is dropped before it costs anything, and counted), and tells its
// status every 2 s and on every change. Over a slow link it sends less, see Adaptation; H.264 that
// is passed as it comes cannot be made less, there frames are dropped up to the next key frame.
// Where it may send H.264, it makes a key frame when the site asks for one (`command`). A source
// that fails is opened again after a backoff. Frames are numbered from 1; numbers of dropped
// pictures are missing at the receiver. It owns two threads (worker and reporter), so a source that
// hangs or fails harms nobody else. Threads: any. The bus and the context's parts outlive it.
// Destroying it ends the source, which takes at most 1 s unless the source hangs in the kernel.
class Agent {
 public:
  using OpenSource = std::function<core::Result<std::unique_ptr<video::Source>>(
      const std::string& spec, const video::SourceOptions& options, const core::Context& context)>;

  Agent(AgentOptions options, bus::Bus& bus, const core::Context& context,
        OpenSource open_source = video::open_source);
  ~Agent();

  void request_stop();  // does not wait
  // Whether destroying it takes no time any more; not so while a source hangs in the kernel.
  bool has_ended() const;
  // Stops and says nothing any more: its stream may be another's from now on. Not while another
  // thread destroys it.
  void abandon();

  wire::CameraStatus status() const { return state_.status(); }

  // The source has not answered for longer than any source allows itself.
  bool source_hangs() const { return state_.hangs(); }
  // When the reporter last told the status, which it does every 2 s while it lives.
  core::SteadyTime last_report() const { return last_report_; }

  // Empty while it runs. Afterwards how it ended by itself: well (a source that was to be shown
  // once is at its end, or a stop was requested), or with the error that ended it.
  std::optional<core::Status> outcome() const;

 private:
  enum class Stage { opening, starting, playing };  // starting: before the first picture
  struct Ended {
    Stage stage;
    core::Error error;
  };

  void work(std::stop_token stop);
  core::Status play_until_the_end(const std::stop_token& stop);
  Ended play(const std::stop_token& stop);
  core::Status on_picture(video::Picture picture, bus::LivePublisher& publisher);
  core::Status on_unusable(const core::Error& error);
  void listen();
  void open_main_stream();
  void on_command(const wire::Event& event);
  void note_credit(bool credit);
  std::string live_detail(const video::Source& source, const video::Picture& picture) const;
  core::Status publish(const core::EncodedFrame& frame, double encode_ms,
                       bus::LivePublisher& publisher);
  bool is_hopeless(const Ended& ended) const;
  void complain(const std::string& message, const std::string& complaint);
  void set_state(const std::string& state, const std::string& detail);
  std::string masked(std::string text) const;
  void report(std::stop_token stop);
  void publish_status();

  const AgentOptions options_;
  const std::string instance_;  // tells this run's frames from another's of the same name
  bus::Bus& bus_;
  const core::Context context_;
  const OpenSource open_source_;
  const std::shared_ptr<video::SourceHistory> history_ = std::make_shared<video::SourceHistory>();
  AgentState state_;
  FrameMaker frame_maker_;
  int broken_in_a_row_ = 0;
  Adaptation adaptation_;
  StillGate still_gate_;
  uint64_t sequence_ = 0;  // of the newest picture that was to be sent
  uint64_t offered_ = 0;   // pictures, to leave out all but each n-th
  Backoff backoff_;
  std::string live_detail_;
  std::string last_complaint_;
  core::Latest<bool> changed_;  // wakes the reporter
  std::atomic<core::SteadyTime> last_report_;
  core::Status outcome_;  // written by the worker before finished_ is set
  std::atomic<bool> finished_ = false;
  bool abandoned_ = false;
  std::unique_ptr<MainStream> main_;             // null: it has no large stream
  std::unique_ptr<bus::Subscription> commands_;  // null: none is expected
  std::jthread reporter_;
  std::jthread worker_;
};

}  // namespace fovea::camera
