#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "codec/jpeg.h"
#include "codec/video_codec.h"
#include "core/context.h"
#include "core/queue.h"
#include "core/result.h"
#include "site/decode_budget.h"
#include "site/frame_groups.h"
#include "site/scheduler.h"

namespace fovea::site {

// The site's inter-coded streams (H.264). Keeps of each what is needed to begin in the middle, and
// decodes where somebody needs pictures: every frame while a session infers the device, or while
// somebody asks for JPEG; a single picture on demand. Frames must be decoded one after the other,
// so newest wins behind the decoder, not before it; a decoder that is late goes on with the next
// key frame, and the camera is asked for one. What a decoder will hold is asked of the budget when
// a stream's parameters come, before it sees them. One whose thread uses more than two fifths of a
// processor gives way to everything else.
// Threads: owns one per stream that is decoded; all members may be called from any thread, and none
// waits for a decoder but stop() and still().
// Limits: limits::inter_coded_waiting_max frames and 16 MiB (or one frame) wait per stream; of all
// streams together 64 MiB are kept, of one 8 MiB, and who has the most is forgotten first; twice
// limits::devices_max streams, of which those are pruned that have been silent for ten seconds.
class VideoStreams {
 public:
  using OpenDecoder =
      std::function<core::Result<std::unique_ptr<codec::VideoDecoder>>(size_t bytes_max)>;

  struct Hooks {
    std::function<void(Work work)> decoded;  // its picture is there; on the stream's thread
    std::function<void(const Work& work, const core::Error& error)> failed;
    std::function<void(const std::string& device, const FramePtr& jpeg)> jpeg;
    std::function<void(const std::string& device)> key_wanted;             // now and then
    std::function<void(const std::string& device, size_t count)> dropped;  // came too late
    std::function<void(const Work& work, double ms)> spent;                // on decoding
  };

  VideoStreams(OpenDecoder open, DecodeBudget& budget, Hooks hooks, const core::Context& context);
  ~VideoStreams();

  void stop();

  // Ends what has been silent; now and then, from one thread.
  void prune();

  // The next frame of its device; `infer`: its picture is to be handed to `decoded`. False: what
  // it builds on was lost, and it is of no use.
  bool offer(Work work, bool infer);

  // What is kept of a stream is old news: it is paused or gone, or sends something else. At most
  // the frame that is being decoded is still handed on.
  void forget(const std::string& device);

  size_t streams() const;

  // As long as what is returned lives, `jpeg` gets the device's pictures, should it send H.264.
  std::shared_ptr<void> want_jpeg(const std::string& device);

  // What decodes to the newest picture; for those who join a stream. Empty: not kept, or the stream
  // has stopped.
  std::vector<FramePtr> newest_group(const std::string& device) const;

  // The device's newest picture, or that of a frame of a moment ago, as JPEG. Decodes all since the
  // key frame, at most once a second for the newest: not for threads that are waited for. Errors:
  // not_found (not kept), and the decoder's.
  core::Result<FramePtr> still(const std::string& device,
                               std::optional<uint64_t> sequence = std::nullopt);

 private:
  struct Job {
    std::vector<FramePtr> before;  // to decode first: the decoder begins in the middle
    Work work;
    bool infer = false;
    std::shared_ptr<void> waiting;  // counts its bytes as long as it lives
  };
  struct Lane {
    Lane();
    FrameGroups groups;         // guarded by mutex_, as is all but the last four
    bool decoding = false;      // frames go to `jobs`
    core::SteadyTime received;  // the newest frame
    FramePtr jpeg;              // the newest one made, while they are wanted
    FramePtr still;             // the newest one made on demand
    core::SteadyTime still_at;
    const std::shared_ptr<std::atomic<size_t>> bytes_waiting;
    core::BoundedQueue<Job> jobs;
    std::atomic<bool> ended = false;  // the thread has nothing more to do
    std::jthread thread;              // started under mutex_, joined by who took the lane out
  };
  // One stream's decoding; of its lane's thread alone.
  struct Decoding {
    std::string device;
    std::unique_ptr<codec::VideoDecoder> decoder;
    DecodeBudget::Hold hold;  // for the decoder
    uint64_t newest = 0;      // decoded; 0: a key frame is needed
    codec::JpegEncoder encoder;
    bool gives_way = false;
    core::SteadyTime since;             // of the share of a processor that it uses
    std::chrono::nanoseconds used{-1};  // at that time; below 0: not begun
  };

  using LanePtr = std::shared_ptr<Lane>;
  using For = DecodeBudget::For;

  LanePtr lane_of(const std::string& device);  // null: there are too many
  void keep(Lane& lane, const FramePtr& frame);
  bool wants_jpeg(const std::string& device) const;
  std::optional<Job> plan(const std::string& device, Lane& lane, Work work, bool infer);
  void enqueue(const std::string& device, Lane& lane, Job job);
  void retire(std::map<std::string, LanePtr>::iterator lane);
  void run(const std::string& device, Lane& lane, const std::stop_token& stop);
  void decode(Decoding& decoding, const std::string& device, Job job, bool is_newest);
  void make_jpeg(Decoding& decoding, const Work& work);
  core::Status make_room(Decoding& decoding, const core::EncodedFrame& frame, For use) const;
  core::Result<codec::VideoPicturePtr> decode_one(Decoding& decoding,
                                                  const core::EncodedFrame& frame, For use) const;
  core::Result<codec::VideoPicturePtr> decode_all(Decoding& decoding, const Job& job,
                                                  For use) const;
  void watch_cost(Decoding& decoding) const;
  static core::Result<FramePtr> to_jpeg(const core::EncodedFrame& frame,
                                        const codec::VideoPicture& picture,
                                        codec::JpegEncoder& encoder);

  const OpenDecoder open_;
  DecodeBudget& budget_;
  const Hooks hooks_;
  const core::Context context_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, LanePtr> lanes_;
  size_t kept_bytes_ = 0;         // in all groups
  std::vector<LanePtr> retired_;  // their threads end by themselves, and are then joined
  std::map<std::string, int> jpeg_wanted_;
  bool stopped_ = false;
};

}  // namespace fovea::site
