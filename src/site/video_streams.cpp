#include "site/video_streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "codec/h264_units.h"
#include "core/limits.h"
#include "core/thread.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using core::Code;
using core::Error;

constexpr size_t bytes_max = 8u << 20;
constexpr size_t all_bytes_max = 64u << 20;
constexpr size_t waiting_bytes_max = 16u << 20;
constexpr size_t streams_max = 2 * core::limits::devices_max;  // each may have a large one

// What waits for its decoder longer than this is old news.
constexpr auto late_after = 1s;

// A stream without a frame for so long has stopped: what is kept would pass for live.
constexpr auto stopped_after = 5s;
constexpr auto pruned_after = 10s;

constexpr auto still_period = 1s;
// Longer than this nobody waits for a single picture: it is decoded on threads that do more.
constexpr auto still_limit = 500ms;

// A decoder that uses more of a processor, over so long, gives way.
constexpr double much_of_a_processor = 0.4;
constexpr auto cost_period = 1s;

constexpr int jpeg_quality = 80;

}  // namespace

VideoStreams::Lane::Lane()
    : bytes_waiting(std::make_shared<std::atomic<size_t>>(0)),
      jobs(core::limits::inter_coded_waiting_max, core::Overflow::drop_oldest) {}

VideoStreams::VideoStreams(OpenDecoder open, DecodeBudget& budget, Hooks hooks,
                           const core::Context& context)
    : open_(std::move(open)),
      budget_(budget),
      hooks_(std::move(hooks)),
      context_(context.named("video")) {}

VideoStreams::~VideoStreams() { stop(); }

void VideoStreams::stop() {
  std::vector<LanePtr> lanes;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    while (!lanes_.empty()) retire(lanes_.begin());
    lanes.swap(retired_);
  }
  for (const auto& lane : lanes) {
    if (lane->thread.joinable()) lane->thread.join();
  }
}

// Takes a lane out of use, without waiting for its thread. mutex_ is held.
void VideoStreams::retire(std::map<std::string, LanePtr>::iterator lane) {
  kept_bytes_ -= lane->second->groups.bytes();
  lane->second->thread.request_stop();
  retired_.push_back(std::move(lane->second));
  lanes_.erase(lane);
}

void VideoStreams::prune() {
  const auto now = context_.clock.steady();
  std::vector<LanePtr> ended;
  {
    std::lock_guard lock(mutex_);
    for (auto lane = lanes_.begin(); lane != lanes_.end();) {
      const auto next = std::next(lane);
      if (now - lane->second->received > pruned_after) retire(lane);
      lane = next;
    }
    const auto running = [](const LanePtr& lane) {
      return lane->thread.joinable() && !lane->ended;
    };
    const auto middle = std::partition(retired_.begin(), retired_.end(), running);
    ended.assign(std::make_move_iterator(middle), std::make_move_iterator(retired_.end()));
    retired_.erase(middle, retired_.end());
  }
}  // their threads are joined here; they have ended

// Keeps the lane and its thread: two cameras under one name may take turns at their frame rate.
void VideoStreams::forget(const std::string& device) {
  std::lock_guard lock(mutex_);
  const auto found = lanes_.find(device);
  if (found == lanes_.end()) return;
  Lane& lane = *found->second;
  kept_bytes_ -= lane.groups.bytes();
  lane.groups = {};
  lane.decoding = false;
  lane.jpeg.reset();
  lane.still.reset();
  lane.jobs.clear();
}

size_t VideoStreams::streams() const {
  std::lock_guard lock(mutex_);
  return lanes_.size() + retired_.size();
}

// mutex_ is held.
VideoStreams::LanePtr VideoStreams::lane_of(const std::string& device) {
  const auto found = lanes_.find(device);
  if (found != lanes_.end()) return found->second;
  if (lanes_.size() + retired_.size() >= streams_max) return nullptr;
  return lanes_[device] = std::make_shared<Lane>();
}

// mutex_ is held.
bool VideoStreams::wants_jpeg(const std::string& device) const {
  return jpeg_wanted_.contains(device);
}

bool VideoStreams::offer(Work work, bool infer) {
  const std::string device = work.device;
  std::optional<Job> job;
  LanePtr lane;
  bool follows = false;
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return false;
    lane = lane_of(device);
    if (!lane) return false;
    lane->received = work.received;
    follows = lane->groups.follows(*work.frame);
    if (follows) {
      job = plan(device, *lane, std::move(work), infer);
    } else {
      lane->decoding = false;
    }
  }
  if (!follows) {
    hooks_.key_wanted(device);
    return false;
  }
  if (job) enqueue(device, *lane, *std::move(job));
  return true;
}

// Of all streams no more than what is allowed; who has the most is forgotten. mutex_ is held.
void VideoStreams::keep(Lane& lane, const FramePtr& frame) {
  kept_bytes_ -= lane.groups.bytes();
  lane.groups.add(frame, bytes_max);
  kept_bytes_ += lane.groups.bytes();
  while (kept_bytes_ > all_bytes_max) {
    const auto largest =
        std::max_element(lanes_.begin(), lanes_.end(), [](const auto& a, const auto& b) {
          return a.second->groups.bytes() < b.second->groups.bytes();
        });
    kept_bytes_ -= largest->second->groups.bytes();
    largest->second->groups.forget();
  }
}

// What its lane has to do with a frame. mutex_ is held.
std::optional<VideoStreams::Job> VideoStreams::plan(const std::string& device, Lane& lane,
                                                    Work work, bool infer) {
  Job job;
  const bool key = work.frame->key;
  const bool wanted = infer || wants_jpeg(device);
  if (wanted && !lane.decoding && !key) job.before = lane.groups.newest();
  lane.decoding = wanted && (lane.decoding || key || !job.before.empty());
  if (!wants_jpeg(device)) lane.jpeg.reset();
  keep(lane, work.frame);
  if (!lane.decoding) return std::nullopt;
  if (!lane.thread.joinable()) {
    lane.thread = core::start_thread(
        "video", [this, device, &lane](std::stop_token stop) { run(device, lane, stop); });
  }
  const size_t bytes = work.frame->data.size();
  *lane.bytes_waiting += bytes;
  job.waiting = {nullptr, [all = lane.bytes_waiting, bytes](void*) { *all -= bytes; }};
  job.work = std::move(work);
  job.infer = infer;
  return job;
}

void VideoStreams::enqueue(const std::string& device, Lane& lane, Job job) {
  const bool too_much = *lane.bytes_waiting > waiting_bytes_max;
  size_t lost = 0;
  if (job.work.frame->key) {
    lost = lane.jobs.replace_all(std::move(job));
  } else if (too_much && lane.jobs.size() > 0) {
    lost = lane.jobs.size() + 1;
    lane.jobs.clear();  // what comes after them is of no use: the decoder asks for a key frame
  } else if (lane.jobs.push(std::move(job)) == core::Push::dropped_oldest) {
    lost = 1;
  }
  if (lost > 0) hooks_.dropped(device, lost);
}

void VideoStreams::run(const std::string& device, Lane& lane, const std::stop_token& stop) {
  Decoding decoding;
  decoding.device = device;
  while (!stop.stop_requested()) {
    auto job = lane.jobs.pop_for(pruned_after, stop);
    if (!job) {  // nobody needs its pictures: nor the memory that they take
      decoding.newest = 0;
      decoding.decoder.reset();
      decoding.hold = DecodeBudget::Hold();
      continue;
    }
    const bool is_newest = lane.jobs.size() == 0;
    decode(decoding, device, *std::move(job), is_newest);
    watch_cost(decoding);
  }
  lane.ended = true;
}

// Whatever a stream is made of, its decoder must not take the processor from others.
void VideoStreams::watch_cost(Decoding& decoding) const {
  if (decoding.gives_way) return;
  const auto now = context_.clock.steady();
  const auto used = core::thread_cpu_time();
  if (decoding.used.count() >= 0 && now - decoding.since < cost_period) return;
  const std::chrono::duration<double> passed = now - decoding.since;
  const std::chrono::duration<double> spent = used - decoding.used;
  if (decoding.used.count() >= 0 && spent > much_of_a_processor * passed) {
    decoding.gives_way = true;
    core::give_way();
    context_.log.info("decoding {} takes {:.0f} % of a processor; it gives way to others from now",
                      decoding.device, 100 * spent.count() / passed.count());
  }
  decoding.since = now;
  decoding.used = used;
}

void VideoStreams::decode(Decoding& decoding, const std::string& device, Job job, bool is_newest) {
  Work& work = job.work;
  const core::EncodedFrame& frame = *work.frame;
  const bool begins = frame.key || !job.before.empty();
  const bool late = context_.clock.steady() - work.received > late_after && !begins;
  if (late || (!begins && frame.reference != decoding.newest)) {
    decoding.newest = 0;
    hooks_.dropped(device, 1);
    return hooks_.key_wanted(device);
  }
  const auto began = context_.clock.steady();
  const auto picture = decode_all(decoding, job, For::stream);
  work.video_ms = core::milliseconds(context_.clock.steady() - began);
  hooks_.spent(work, work.video_ms);
  if (!picture) {
    decoding.newest = 0;
    hooks_.failed(work, picture.error());
    return hooks_.key_wanted(device);
  }
  decoding.newest = frame.sequence;
  work.picture = *picture;
  bool jpeg_wanted = false;
  {
    std::lock_guard lock(mutex_);
    jpeg_wanted = wants_jpeg(device);
  }
  if (jpeg_wanted && is_newest) make_jpeg(decoding, work);
  if (job.infer) hooks_.decoded(std::move(work));
}

void VideoStreams::make_jpeg(Decoding& decoding, const Work& work) {
  const auto jpeg = to_jpeg(*work.frame, *work.picture, decoding.encoder);
  if (!jpeg) return hooks_.failed(work, jpeg.error());
  context_.metrics
      .counter("fovea_site_jpeg_encoded_total",
               "Pictures of H.264 streams that the site made JPEG of, for those who asked for it",
               {{"device", work.device}})
      .add();
  {
    std::lock_guard lock(mutex_);
    const auto lane = lanes_.find(work.device);
    if (lane != lanes_.end()) lane->second->jpeg = *jpeg;
  }
  hooks_.jpeg(work.device, *jpeg);
}

namespace {

// FFmpeg pads pictures, and for a moment more may be on their way than were counted.
size_t pictures_bytes_max(size_t held) { return 2 * held + (1u << 20); }

}  // namespace

// Before the decoder sees what would make it take more. Other parameters get another decoder, so
// that what is held is what the newest ones need.
core::Status VideoStreams::make_room(Decoding& decoding, const core::EncodedFrame& frame,
                                     For use) const {
  const auto info = codec::read_h264_info(frame.data.span());
  const bool same = !info || info->decoder_bytes == decoding.hold.bytes();
  const bool fits = !info || info->decoder_bytes <= decoding.hold.bytes();
  if (decoding.decoder && (same || (fits && !frame.key))) return {};
  if (decoding.decoder && !frame.key) {
    return Error{Code::bad_input, "H.264 whose parameters change without a key frame"};
  }
  decoding.decoder.reset();
  decoding.hold = DecodeBudget::Hold();
  const size_t pixels = size_t(frame.size.width) * size_t(frame.size.height);
  if (pixels > core::limits::inferred_pixels_max) {
    return Error{
        Code::unsupported,
        fmt::format("H.264 of {}x{} is larger than the {} megapixels that are decoded "
                    "here; set the camera to a smaller picture",
                    frame.size.width, frame.size.height, core::limits::inferred_pixels_max >> 20)};
  }
  auto hold = budget_.take(decoding.device, info ? info->decoder_bytes : 0, use);
  if (!hold) return hold.error();
  auto opened = open_(pictures_bytes_max(hold->bytes()));
  if (!opened) return opened.error();
  decoding.hold = *std::move(hold);
  decoding.decoder = *std::move(opened);
  return {};
}

core::Result<codec::VideoPicturePtr> VideoStreams::decode_one(Decoding& decoding,
                                                              const core::EncodedFrame& frame,
                                                              For use) const {
  if (auto room = make_room(decoding, frame, use); !room) return room.error();
  return decoding.decoder->push(frame.data.span());
}

core::Result<codec::VideoPicturePtr> VideoStreams::decode_all(Decoding& decoding, const Job& job,
                                                              For use) const {
  const auto end = context_.clock.steady() + still_limit;
  for (const auto& frame : job.before) {
    auto picture = decode_one(decoding, *frame, use);
    if (!picture) return picture;
    if (use == For::picture && context_.clock.steady() > end) {
      return Error{Code::timeout, "decoding a single picture of " + decoding.device +
                                      " takes too long; set the camera to more key frames"};
    }
  }
  return decode_one(decoding, *job.work.frame, use);
}

core::Result<FramePtr> VideoStreams::to_jpeg(const core::EncodedFrame& frame,
                                             const codec::VideoPicture& picture,
                                             codec::JpegEncoder& encoder) {
  auto image = picture.image(picture.size(), core::PixelFormat::i420);
  if (!image) return image.error();
  auto jpeg = encoder.encode(*image, jpeg_quality);
  if (!jpeg) return jpeg.error();
  return FramePtr(std::make_shared<core::EncodedFrame>(
      frame.captured, frame.sequence,
      core::EncodedPicture{core::Codec::jpeg, true, image->size, *std::move(jpeg)}));
}

std::shared_ptr<void> VideoStreams::want_jpeg(const std::string& device) {
  const auto end_of_wish = [device](VideoStreams* streams) {
    std::lock_guard lock(streams->mutex_);
    const auto wanted = streams->jpeg_wanted_.find(device);
    if (--wanted->second == 0) streams->jpeg_wanted_.erase(wanted);
  };
  std::lock_guard lock(mutex_);
  ++jpeg_wanted_[device];
  return {this, end_of_wish};
}

std::vector<FramePtr> VideoStreams::newest_group(const std::string& device) const {
  std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(device);
  if (lane == lanes_.end()) return {};
  if (context_.clock.steady() - lane->second->received > stopped_after) return {};
  return lane->second->groups.newest();
}

core::Result<FramePtr> VideoStreams::still(const std::string& device,
                                           std::optional<uint64_t> sequence) {
  Job job;
  const auto now = context_.clock.steady();
  {
    std::lock_guard lock(mutex_);
    const auto found = lanes_.find(device);
    if (found != lanes_.end()) {
      const Lane& lane = *found->second;
      if (!sequence && lane.jpeg) return lane.jpeg;
      if (!sequence && lane.still && now - lane.still_at < still_period) return lane.still;
      job.before = sequence ? lane.groups.until(*sequence) : lane.groups.newest();
    }
  }
  if (job.before.empty()) {
    return Error{Code::not_found, "no picture of " + device + " can be decoded yet; try again"};
  }
  job.work.frame = job.before.back();
  job.before.pop_back();
  Decoding decoding;
  decoding.device = device;
  const auto picture = decode_all(decoding, job, For::picture);
  if (!picture) return picture.error();
  auto jpeg = to_jpeg(*job.work.frame, **picture, decoding.encoder);
  if (!jpeg || sequence) return jpeg;
  std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(device);
  if (lane != lanes_.end()) {
    lane->second->still = *jpeg;
    lane->second->still_at = now;
  }
  return jpeg;
}

}  // namespace fovea::site
