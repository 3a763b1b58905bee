#include "site/video_streams.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"
#include "core/thread.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using core::Code;
using core::Error;

constexpr size_t bytes_max = 8u << 20;
constexpr size_t all_bytes_max = 64u << 20;

// What waits for its decoder longer than this is old news.
constexpr auto late_after = 1s;

// A stream without a frame for so long has stopped: what is kept would pass for live.
constexpr auto stopped_after = 5s;

constexpr auto still_period = 1s;

constexpr int jpeg_quality = 80;

}  // namespace

VideoStreams::Lane::Lane()
    : jobs(core::limits::inter_coded_waiting_max, core::Overflow::drop_oldest) {}

VideoStreams::VideoStreams(OpenDecoder open, Hooks hooks, const core::Context& context)
    : open_(std::move(open)), hooks_(std::move(hooks)), context_(context.named("video")) {}

VideoStreams::~VideoStreams() { stop(); }

void VideoStreams::stop() {
  std::map<std::string, LanePtr> lanes;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    lanes.swap(lanes_);
  }
  for (const auto& [device, lane] : lanes) lane->thread.request_stop();
  for (const auto& [device, lane] : lanes) {
    if (lane->thread.joinable()) lane->thread.join();
  }
}

void VideoStreams::forget(const std::string& device) {
  LanePtr lane;
  {
    std::lock_guard lock(mutex_);
    const auto found = lanes_.find(device);
    if (found == lanes_.end()) return;
    lane = std::move(found->second);
    lanes_.erase(found);
  }
  lane->thread.request_stop();
  if (lane->thread.joinable()) lane->thread.join();
}

// mutex_ is held.
VideoStreams::LanePtr VideoStreams::lane_of(const std::string& device) {
  auto& lane = lanes_[device];
  if (!lane) lane = std::make_shared<Lane>();
  return lane;
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

// What its lane has to do with a frame. mutex_ is held.
std::optional<VideoStreams::Job> VideoStreams::plan(const std::string& device, Lane& lane,
                                                    Work work, bool infer) {
  Job job;
  const bool key = work.frame->key;
  const bool wanted = infer || wants_jpeg(device);
  if (wanted && !lane.decoding && !key) job.before = lane.groups.newest();
  lane.decoding = wanted && (lane.decoding || key || !job.before.empty());
  if (!wants_jpeg(device)) lane.jpeg.reset();
  lane.groups.add(work.frame, std::min(bytes_max, all_bytes_max / lanes_.size()));
  if (!lane.decoding) return std::nullopt;
  if (!lane.thread.joinable()) {
    lane.thread = core::start_thread(
        "video", [this, device, &lane](std::stop_token stop) { run(device, lane, stop); });
  }
  job.work = std::move(work);
  job.infer = infer;
  return job;
}

void VideoStreams::enqueue(const std::string& device, Lane& lane, Job job) {
  size_t lost = 0;
  if (job.work.frame->key) {
    lost = lane.jobs.replace_all(std::move(job));
  } else if (lane.jobs.push(std::move(job)) == core::Push::dropped_oldest) {
    lost = 1;
  }
  if (lost > 0) hooks_.dropped(device, lost);
}

void VideoStreams::run(const std::string& device, Lane& lane, const std::stop_token& stop) {
  Decoding decoding;
  while (auto job = lane.jobs.pop(stop)) {
    const bool is_newest = lane.jobs.size() == 0;
    decode(decoding, device, *std::move(job), is_newest);
  }
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
  const auto picture = decode_all(decoding, job);
  if (!picture) {
    decoding.newest = 0;
    hooks_.failed(work, picture.error());
    return hooks_.key_wanted(device);
  }
  decoding.newest = frame.sequence;
  work.picture = *picture;
  work.video_ms = core::milliseconds(context_.clock.steady() - began);
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

core::Result<codec::VideoPicturePtr> VideoStreams::decode_all(Decoding& decoding,
                                                              const Job& job) const {
  if (!decoding.decoder) {
    auto opened = open_();
    if (!opened) return opened.error();
    decoding.decoder = *std::move(opened);
  }
  for (const FramePtr& frame : job.before) {
    if (auto picture = decoding.decoder->push(frame->data.span()); !picture) return picture;
  }
  return decoding.decoder->push(job.work.frame->data.span());
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
  const auto picture = decode_all(decoding, job);
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
