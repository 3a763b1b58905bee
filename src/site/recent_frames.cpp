#include "site/recent_frames.h"

#include <algorithm>

namespace fovea::site {
namespace {

constexpr size_t frames_max = 128;  // four seconds of a fast camera
constexpr size_t bytes_max = 8u << 20;
constexpr size_t all_bytes_max = 64u << 20;
constexpr uint64_t overtaken_max = 3;  // frames by a result

}  // namespace

void RecentFrames::add(const std::string& device, const FramePtr& frame) {
  std::lock_guard lock(mutex_);
  Kept& kept = kept_[device];
  kept.frames.push_back(frame);
  kept.bytes += frame->data.size();
  const size_t limit = std::min(bytes_max, all_bytes_max / kept_.size());
  while (kept.frames.size() > frames_max || (kept.bytes > limit && kept.frames.size() > 1)) {
    kept.bytes -= kept.frames.front()->data.size();
    kept.frames.pop_front();
  }
}

FramePtr RecentFrames::find(const std::string& device, uint64_t sequence) const {
  std::lock_guard lock(mutex_);
  const auto found = kept_.find(device);
  if (found == kept_.end()) return nullptr;
  const auto& frames = found->second.frames;
  // The newest of that number: a camera that was started again counts anew.
  for (uint64_t before = 0; before <= std::min(overtaken_max, sequence); ++before) {
    const auto is_it = [&](const FramePtr& each) { return each->sequence == sequence - before; };
    const auto frame = std::find_if(frames.rbegin(), frames.rend(), is_it);
    if (frame != frames.rend()) return *frame;
  }
  return nullptr;
}

void RecentFrames::keep(const std::function<bool(const std::string& device)>& wanted) {
  std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&](const auto& entry) { return !wanted(entry.first); });
}

}  // namespace fovea::site
